// Renders a Helm chart as Helm does, as far as the chart of deploy/helm goes: text/template, sprig,
// include, tpl, required, toYaml, .Files. For tests where helm is not to be had; hooks, chart
// dependencies and lookups in a cluster are not there. Built with Debian's Go packages alone.
//
//	render CHART RELEASE NAMESPACE VALUES.json    prints {"templates/x.yaml": "..."} as JSON
//
// Values come merged, with the chart's own: the tests do that.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"text/template"

	"github.com/Masterminds/sprig"
	"gopkg.in/yaml.v2"
)

type files map[string][]byte

func (f files) Get(name string) string { return string(f[name]) }

func (f files) Glob(pattern string) files {
	found := files{}
	for name, content := range f {
		if matched, _ := filepath.Match(pattern, name); matched {
			found[name] = content
		}
	}
	return found
}

func fail(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func toYaml(value interface{}) string {
	text, err := yaml.Marshal(value)
	fail(err)
	return strings.TrimSuffix(string(text), "\n")
}

// Helm's name for a key of Chart.yaml.
func titled(chart map[string]interface{}) map[string]interface{} {
	found := map[string]interface{}{}
	for key, value := range chart {
		found[strings.ToUpper(key[:1])+key[1:]] = value
	}
	return found
}

func read(chart string) (files, map[string]string) {
	others, templates := files{}, map[string]string{}
	fail(filepath.Walk(chart, func(path string, info os.FileInfo, err error) error {
		if err != nil || info.IsDir() {
			return err
		}
		content, err := os.ReadFile(path) // follows links, as Helm does
		name, _ := filepath.Rel(chart, path)
		if strings.HasPrefix(name, "templates/") {
			templates[name] = string(content)
		} else {
			others[name] = content
		}
		return err
	}))
	return others, templates
}

func functions(root *template.Template) template.FuncMap {
	known := sprig.TxtFuncMap()
	for _, name := range []string{"env", "expandenv"} {
		delete(known, name)
	}
	known["toYaml"] = toYaml
	known["include"] = func(name string, data interface{}) (string, error) {
		var out strings.Builder
		err := root.ExecuteTemplate(&out, name, data)
		return out.String(), err
	}
	known["tpl"] = func(text string, data interface{}) (string, error) {
		inner, err := template.Must(root.Clone()).New("tpl").Parse(text)
		if err != nil {
			return "", err
		}
		var out strings.Builder
		err = inner.Execute(&out, data)
		return out.String(), err
	}
	known["required"] = func(words string, value interface{}) (interface{}, error) {
		if value == nil || value == "" {
			return nil, fmt.Errorf("%s", words)
		}
		return value, nil
	}
	known["lookup"] = func(...string) map[string]interface{} { return map[string]interface{}{} }
	return known
}

func main() {
	chart := os.Args[1]
	others, templates := read(chart)
	var about, values map[string]interface{}
	fail(yaml.Unmarshal(others["Chart.yaml"], &about))
	text, err := os.ReadFile(os.Args[4])
	fail(err)
	fail(json.Unmarshal(text, &values))

	root := template.New("chart").Option("missingkey=zero")
	root.Funcs(functions(root))
	for name, content := range templates {
		template.Must(root.New(name).Parse(content))
	}
	data := map[string]interface{}{
		"Chart": titled(about), "Values": values, "Files": others,
		"Release": map[string]interface{}{
			"Name": os.Args[2], "Namespace": os.Args[3], "Service": "Helm", "IsInstall": true},
	}
	rendered := map[string]string{}
	for name := range templates {
		if strings.HasSuffix(name, ".tpl") {
			continue
		}
		var out strings.Builder
		fail(root.ExecuteTemplate(&out, name, data))
		rendered[name] = out.String()
	}
	fail(json.NewEncoder(os.Stdout).Encode(rendered))
}
