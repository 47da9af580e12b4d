// The replies of the healthy API, one JSON text per route. Shapes and field names follow the public
// OpenAPI document; the people and companies are invented. Included by api.cpp only; no code here.
#pragma once

#include <string_view>

#define SIM_SOURCE                                                                             \
  R"({"id":"89abcdef01234567","owner":"demo","name":"emails","title":"Emails",)"               \
  R"("description":"Shared mailbox","language":"en","should_translate":false,)"                \
  R"("sensitive_properties":[],"created_at":"2024-02-01T09:00:00.12345Z",)"                    \
  R"("updated_at":"2026-05-04T10:11:12.34567Z","last_modified":"2026-05-04T10:11:12.34567Z",)" \
  R"("_kind":"unknown"})"

#define SIM_DATASET                                                                          \
  R"({"id":"0123456789abcdef","owner":"demo","name":"support","title":"Support",)"           \
  R"("description":"","created":"2024-02-01T09:00:00.12345Z",)"                              \
  R"("last_modified":"2026-05-04T10:11:12.34567Z","model_family":"english",)"                \
  R"("source_ids":["89abcdef01234567"],"has_sentiment":false,"limited_access":false,)"       \
  R"("entity_defs":[{"id":"1111222233334444","name":"order-number","title":"Order number",)" \
  R"("inherits_from":[],"trainable":true}],"general_fields":[],)"                            \
  R"("label_groups":[{"name":"default","label_defs":[{"name":"Order","title":""},)"          \
  R"({"name":"Order > Missing","title":""}]}],"label_defs":[{"name":"Order","title":""},)"   \
  R"({"name":"Order > Missing","title":""}],"_model_config":{}})"

#define SIM_STREAM                                                                  \
  R"({"id":"fedcba9876543210","dataset_id":"0123456789abcdef","name":"triage",)"    \
  R"("title":"Triage","description":"","created_at":"2024-03-01T09:00:00.12345Z",)" \
  R"("updated_at":"2026-05-04T10:11:12.34567Z","comment_filter":{},)"               \
  R"("model":{"version":7}})"

#define SIM_COMMENT                                                               \
  R"({"uid":"89abcdef01234567.0123456789abcdef.1","id":"0123456789abcdef.1",)"    \
  R"("timestamp":"2026-05-04T10:11:12.34567Z","messages":[{"body":{"text":)"      \
  R"("Where is my order?"},"from":"someone@example.org"}],"user_properties":{},)" \
  R"("attachments":[],"created_at":"2026-05-04T10:11:12.34567Z"})"

namespace reinfer::simulator::payload {

inline constexpr std::string_view kSources = R"({"sources":[)" SIM_SOURCE R"(],"status":"ok"})";
inline constexpr std::string_view kSource = R"({"source":)" SIM_SOURCE R"(,"status":"ok"})";
inline constexpr std::string_view kDatasets = R"({"datasets":[)" SIM_DATASET R"(],"status":"ok"})";
inline constexpr std::string_view kDataset = R"({"dataset":)" SIM_DATASET R"(,"status":"ok"})";
inline constexpr std::string_view kProjects =
    R"({"projects":[{"name":"demo","title":"Demo","description":""}],"status":"ok"})";
inline constexpr std::string_view kPrivateProjects =
    R"({"projects":[{"id":"aaaabbbbccccdddd","name":"demo","title":"Demo","description":"",)"
    R"("created_at":"2024-02-01T09:00:00.12345Z","updated_at":"2024-02-01T09:00:00.12345Z",)"
    R"("user_auto_join":false}],"status":"ok"})";
inline constexpr std::string_view kUsers =
    R"({"status":"ok","users":[{"email":"monitor@example.org","username":"monitor",)"
    R"("last_login_at":"2026-05-04T10:11:12.34567Z"}]})";
inline constexpr std::string_view kCurrentUser =
    R"({"status":"ok","user":{"id":"5555666677778888","username":"monitor",)"
    R"("email":"monitor@example.org","created":"2024-02-01T09:00:00.12345Z","verified":true,)"
    R"("global_permissions":[],"organisation_permissions":{"demo":["sources-read",)"
    R"("voc-readonly","streams-read","streams-consume"]},"sso_global_permissions":[]}})";
inline constexpr std::string_view kStreams = R"({"status":"ok","streams":[)" SIM_STREAM R"(]})";
inline constexpr std::string_view kStream = R"({"status":"ok","stream":)" SIM_STREAM R"(})";
inline constexpr std::string_view kStreamResults =
    R"({"continuation":"ABCDEF","model":{"version":7},"more_results":false,"num_filtered":0,)"
    R"("results":[{"comment":)" SIM_COMMENT
    R"(,"continuation":"ABCDEF","prediction":{"labels":[{"name":["Order"],"probability":0.91}],)"
    R"("entities":[]}}],"status":"ok"})";
inline constexpr std::string_view kModelTags =
    R"({"model_tags":[{"name":"live","version":7,"updated_at":"2026-05-04T10:11:12.34567Z"},)"
    R"({"name":"staging","version":7,"updated_at":"2026-05-04T10:11:12.34567Z"}],"status":"ok"})";
inline constexpr std::string_view kValidation =
    R"({"status":"ok","validation":{"version":7,"labels":[{"name":"Order"}],"entities":[],)"
    R"("num_reviewed_comments":420,"num_labels":2,"num_amber_labels":0,"num_red_labels":0,)"
    R"("mean_average_precision_safe":0.87,"dataset_quality":"good","dataset_score":83,)"
    R"("balance":0.7,"coverage":0.9}})";
inline constexpr std::string_view kComment = R"({"comment":)" SIM_COMMENT R"(,"status":"ok"})";
inline constexpr std::string_view kSourceStatistics =
    R"({"statistics":{"num_comments":12345},"status":"ok"})";
inline constexpr std::string_view kPredict =
    R"({"entities":[],"model":{"time":"2026-05-04T10:11:12.34567Z","version":7},"status":"ok"})";
inline constexpr std::string_view kConsumability =
    R"({"can_consume_designtime":true,"can_consume_runtime":true,"status":"ok"})";
inline constexpr std::string_view kLabellerStatus =
    R"({"dataset_status":{"training_complete":true,"validation_complete":true,)"
    R"("training_completion_time":"2026-05-04T10:11:12.34567Z","inference_complete":true,)"
    R"("total_comments_with_text":12345,"inference_stuck":false,)"
    R"("inference_stats_by_version":{"7":{"num_predicted":12345}}},"status":"ok"})";
inline constexpr std::string_view kQuotas =
    R"({"quotas":[{"quota_kind":"sources","hard_limit":100,"current_max_usage":1},)"
    R"({"quota_kind":"comments","hard_limit":1000000,"current_max_usage":12345}],"status":"ok"})";
inline constexpr std::string_view kAudit =
    R"({"audit_events":[{"event_id":"9999aaaabbbbcccc","event_type":"get_datasets",)"
    R"("timestamp":"2026-05-04T10:11:12.34567Z","actor_user_id":"5555666677778888",)"
    R"("dataset_ids":[]}],"continuation":"ABCDEF","datasets":[],"projects":[],"sources":[],)"
    R"("status":"ok","tenants":[],"users":[]})";

}  // namespace reinfer::simulator::payload

#undef SIM_SOURCE
#undef SIM_DATASET
#undef SIM_STREAM
#undef SIM_COMMENT
