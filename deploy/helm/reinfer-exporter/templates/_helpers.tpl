{{- define "reinfer-exporter.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}

{{- define "reinfer-exporter.fullname" -}}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 50 | trimSuffix "-" }}
{{- else if contains (include "reinfer-exporter.name" .) .Release.Name }}
{{- .Release.Name | trunc 50 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name (include "reinfer-exporter.name" .) | trunc 50 | trimSuffix "-" }}
{{- end }}
{{- end }}

{{- define "reinfer-exporter.selectorLabels" -}}
app.kubernetes.io/name: {{ include "reinfer-exporter.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "reinfer-exporter.labels" -}}
{{ include "reinfer-exporter.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end }}

{{- define "reinfer-exporter.serviceAccountName" -}}
{{- if .Values.serviceAccount.create }}
{{- default (include "reinfer-exporter.fullname" .) .Values.serviceAccount.name }}
{{- else }}
{{- default "default" .Values.serviceAccount.name }}
{{- end }}
{{- end }}

{{- define "reinfer-exporter.tokensSecret" -}}
{{- if .Values.tokens.values }}
{{- printf "%s-tokens" (include "reinfer-exporter.fullname" .) }}
{{- else }}
{{- required "tokens.existingSecret: name the Secret with the tokens, or give tokens.values" .Values.tokens.existingSecret }}
{{- end }}
{{- end }}

{{- define "reinfer-exporter.image" -}}
{{- if .Values.image.digest }}
{{- printf "%s@%s" .Values.image.repository .Values.image.digest }}
{{- else }}
{{- printf "%s:%s" .Values.image.repository (default .Chart.AppVersion .Values.image.tag) }}
{{- end }}
{{- end }}

{{- /* Before the path of all that is served, as the exporter takes it: that of the external URL
unless it is given. */}}
{{- define "reinfer-exporter.prefix" -}}
{{- $path := get (urlParse (default "" .Values.web.externalUrl)) "path" }}
{{- with trimAll "/" (default $path .Values.web.routePrefix) }}/{{ . }}{{ end }}
{{- end }}

{{- define "reinfer-exporter.probe" -}}
{{- $prefix := include "reinfer-exporter.prefix" . }}
{{- if .Values.web.existingSecret }}
exec: {command: [/usr/bin/reinfer_exporter, healthcheck{{ with $prefix }}, "--web.route-prefix={{ . }}"{{ end }}]}
{{- else }}
httpGet: {path: {{ $prefix }}{{ .path }}, port: http}
{{- end }}
{{- end }}
