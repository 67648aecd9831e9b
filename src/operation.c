#include "operation.h"

#include <string.h>

/* Arguments that several operations share -------------------------------------------------------------------------- */

/* clang-format off */
#define INDEX_NAME(needed, other)                                                                              \
    {.name = "index_name", .alias = (other), .type = TYPE_STRING, .place = PLACE_PATH, .required = (needed),   \
     .rule = &rule_index_name, .text = "the index"}
#define BACKUP_ID                                                                                              \
    {.name = "backup_id", .type = TYPE_STRING, .place = PLACE_PATH, .required = true, .rule = &rule_id,        \
     .text = "the backup's id"}
#define JOB_ID                                                                                                 \
    {.name = "restore_job_id", .alias = "job_id", .type = TYPE_STRING, .place = PLACE_PATH, .required = true,  \
     .rule = &rule_id, .text = "the restore job's id"}
#define COLLECTION_NAME                                                                                        \
    {.name = "collection_name", .alias = "name", .type = TYPE_STRING, .place = PLACE_PATH, .required = true,   \
     .rule = &rule_index_name, .text = "the collection"}
#define SCHEDULE_ID                                                                                            \
    {.name = "schedule_id", .type = TYPE_STRING, .place = PLACE_PATH, .required = true, .rule = &rule_id,      \
     .text = "the schedule's id"}
#define LIMIT                                                                                                  \
    {.name = "limit", .type = TYPE_INTEGER, .place = PLACE_QUERY, .rule = &rule_limit,                         \
     .text = "items on a page; the API's default is 10 up to 2026-04, 100 from 2026-07 on"}
#define PAGINATION_TOKEN                                                                                       \
    {.name = "pagination_token", .type = TYPE_STRING, .place = PLACE_QUERY, .wire = "paginationToken",         \
     .rule = &rule_text, .text = "pagination.next of the page before"}
#define NEW_INDEX_NAME(...)                                                                                    \
    {.name = "name", .type = TYPE_STRING, .place = PLACE_BODY, .required = true, .rule = &rule_index_name,     \
     .text = "the new index's name", __VA_ARGS__}
#define DIMENSION                                                                                              \
    {.name = "dimension", .type = TYPE_INTEGER, .place = PLACE_BODY, .rule = &rule_dimension,                  \
     .text = "length of its vectors, 1 to 20000; none for sparse ones; up to 2026-04",                         \
     .until = "2026-04", .instead = "dimension in a field of schema"}
#define METRIC                                                                                                 \
    {.name = "metric", .type = TYPE_STRING, .place = PLACE_BODY, .rule = &rule_text,                           \
     .text = "cosine (the default for dense vectors), euclidean or dotproduct; up to 2026-04",                 \
     .until = "2026-04", .instead = "metric in a field of schema"}
#define TAGS(note)                                                                                             \
    {.name = "tags", .type = TYPE_TAGS, .place = PLACE_BODY, .rule = &rule_tags, .text = (note)}
#define DELETION_PROTECTION                                                                                    \
    {.name = "deletion_protection", .type = TYPE_STRING, .place = PLACE_BODY,                                  \
     .rule = &rule_deletion_protection, .text = "enabled or disabled (the API's default)"}
#define FREQUENCY(where, needed)                                                                               \
    {.name = "frequency", .type = TYPE_STRING, .place = PLACE_BODY, .required = (needed), .wire = (where),     \
     .rule = &rule_frequency, .text = "daily, weekly or monthly"}
#define EXPIRE_AFTER_DAYS(needed)                                                                              \
    {.name = "expire_after_days", .alias = "retention_expire_after_days", .type = TYPE_INTEGER,                \
     .place = PLACE_BODY, .required = (needed), .wire = "retention.expire_after_days",                         \
     .rule = &rule_positive, .text = "days after which its backups are deleted"}
#define POD_NUMBER(argument, note)                                                                             \
    {.name = (argument), .type = TYPE_INTEGER, .place = PLACE_BODY, .wire = "spec.pod." argument,              \
     .rule = &rule_positive, .text = (note)}

#define SCHEMA(other)                                                                                          \
    {.name = "schema", .type = TYPE_TABLE, .place = PLACE_BODY, .since = "2026-07", .instead = (other),        \
     .text = "{ fields = { ... } }; from 2026-07 on"}
#define DEPLOYMENT(fields, other, default)                                                                     \
    {.name = "deployment", .type = TYPE_TABLE, .place = PLACE_BODY, .since = "2026-07", .instead = (other),    \
     .text = "{ " fields " }; from 2026-07 on" default}
#define READ_CAPACITY(...)                                                                                     \
    {.name = "read_capacity", .type = TYPE_TABLE, .place = PLACE_BODY, .since = "2026-07", __VA_ARGS__}

#define ARGUMENTS(...)                                                                                         \
    .arguments = (const Argument[]){__VA_ARGS__},                                                              \
    .argument_count = sizeof((const Argument[]){__VA_ARGS__}) / sizeof(Argument)

/* Versions: on this surface 2026-04 and 2025-10 are the same; schedules are stable from 2026-07 on, and an older
 * client asks for them as `unstable`, as Pinecone documents. */
#define BACKUPS .version = "2026-04", .oldest = "2025-04"
#define INDEXES .version = "2026-04", .oldest = "2024-04"
#define SCHEDULES .version = "2026-07", .oldest = "2026-07", .below = "unstable"

/* The table -------------------------------------------------------------------------------------------------------- */

/* What stands above a row completes its `text` for the reference: more about it, what it gives, which kinds of errors
 * are its own, and an example, which a spec runs. */
const Operation operations[] = {
    /*** What is written while it is made, and in the 15 minutes before, may be missing from it. It costs storage until
    it is deleted. Where the answer is lost, a backup with a `name` is looked for before another one is made.
    @treturn Backup it, not finished yet: `wait_for_backup` waits, `backup` does both
    @kind not_found there is no such index
    @kind quota_exceeded the project holds as many backups as its plan allows
    @kind permission_denied the plan has no backups
    @kind invalid_argument the index has pods, or a key of the customer's, or the name is not good
    @usage
    local backup = assert(pc:create_backup { index_name = "movies", name = "before-upgrade" })
    print(backup.backup_id, backup.status)
    */
    {.name = "create_backup", .method = "POST", .path = "/indexes/{index_name}/backups",
     .effect = EFFECT_CREATE, .answer = ANSWER_RESOURCE, .id = "backup_id", .vectors = true, BACKUPS,
     .text = "Starts a backup of an index; it is Initializing at first and Ready later.",
     .page = "2026-04/control-plane/create_backup",
     ARGUMENTS(INDEX_NAME(true, NULL),
               {.name = "name", .alias = "backup_name", .type = TYPE_STRING, .place = PLACE_BODY,
                .rule = &rule_backup_name, .text = "the backup's name"},
               {.name = "description", .type = TYPE_STRING, .place = PLACE_BODY, .text = "any text"})},
    /*** @treturn Backup it, as it is now
    @kind not_found there is none with that id; it may have expired
    @usage
    local backup = assert(pc:describe_backup(backup_id))
    print(backup.name, backup.status, backup.record_count, backup.size_bytes)
    */
    {.name = "describe_backup", .method = "GET", .path = "/backups/{backup_id}",
     .answer = ANSWER_RESOURCE, .id = "backup_id", .vectors = true, BACKUPS,
     .text = "Answers one backup.",
     .page = "2026-04/control-plane/describe_backup",
     ARGUMENTS(BACKUP_ID)},
    /*** For all of them there is the iterator `backups`. In which order they come is not documented.
    @treturn BackupPage a page of them
    @kind not_found there is no such index, not even a deleted one where `include_deleted` is true
    @usage
    local page = assert(pc:list_backups { index_name = "movies", limit = 20 })
    for _, backup in ipairs(page.data) do print(backup.backup_id, backup.name) end
    print(page.pagination and page.pagination.next or "that was the last page")
    */
    {.name = "list_backups", .method = "GET", .path = "[/indexes/{index_name}]/backups",
     .answer = ANSWER_LIST, .list = "data", .id = "backup_id", .vectors = true, BACKUPS,
     .text = "Answers a page of the backups of an index, or of the whole project.",
     .page = "2026-04/control-plane/list_project_backups",
     ARGUMENTS(INDEX_NAME(false, NULL), LIMIT, PAGINATION_TOKEN,
               {.name = "include_deleted", .type = TYPE_BOOLEAN, .place = PLACE_QUERY, .since = "2026-07",
                .raises = true, .needs = "index_name",
                .text = "also of deleted indexes that had the name; makes the call speak 2026-07 at least"})},
    /*** The index that it was made of stays, and so do those that were restored from it.
    @treturn boolean true
    @kind not_found there is none with that id
    @kind precondition_failed a restore still reads it
    @usage
    assert(pc:delete_backup(backup_id))
    */
    {.name = "delete_backup", .method = "DELETE", .path = "/backups/{backup_id}",
     .effect = EFFECT_DELETE, .answer = ANSWER_TRUE, BACKUPS,
     .text = "Deletes a backup. There is no way back.",
     .page = "2026-04/control-plane/delete_backup",
     ARGUMENTS(BACKUP_ID)},

    /*** The new index is in the same cloud and region as the old one, and exists at once, but is empty until it is
    ready. A restore takes minutes to hours. `restore` does all of it, waits, and compares.
    @treturn RestoreStart the ids of the restore job and of the new index
    @kind not_found there is no such backup
    @kind conflict another index has the name
    @kind precondition_failed the backup is not Ready
    @kind quota_exceeded the project has as many indexes as it may have
    @usage
    local start = assert(pc:create_index_from_backup { backup_id = backup_id, name = "movies-restored" })
    assert(pc:wait_for_restore(start.restore_job_id))
    */
    {.name = "create_index_from_backup", .method = "POST", .path = "/backups/{backup_id}/create-index",
     .effect = EFFECT_CREATE, .answer = ANSWER_RESOURCE, .id = "restore_job_id", BACKUPS,
     .text = "Starts a restore: answers the ids of the restore job and of the new index.",
     .page = "2026-04/control-plane/create_index_from_backup",
     ARGUMENTS(BACKUP_ID, NEW_INDEX_NAME(), TAGS("tags of the new index; none: those of the backup"),
               DELETION_PROTECTION,
               READ_CAPACITY(.raises = true, .text = "{ mode = 'OnDemand' } or { mode = 'Dedicated', dedicated = "
                                                     "{ ... } }; makes the call speak 2026-07 at least"))},
    /*** One that runs says `Pending`, and tells no progress.
    @treturn RestoreJob it, as it is now
    @kind not_found there is none with that id, its index is deleted, or it is lost for a moment
    @usage
    local job = assert(pc:describe_restore_job(restore_job_id))
    print(job.target_index_name, job.status, job.completed_at)
    */
    {.name = "describe_restore_job", .method = "GET", .path = "/restore-jobs/{restore_job_id}",
     .answer = ANSWER_RESOURCE, .id = "restore_job_id", BACKUPS,
     .text = "Answers one restore job.",
     .page = "2026-04/control-plane/describe_restore_job",
     ARGUMENTS(JOB_ID)},
    /*** Those whose index is deleted are left out. For all of them there is the iterator `restore_jobs`.
    @treturn RestoreJobPage a page of them
    @usage
    local page = assert(pc:list_restore_jobs { limit = 20 })
    for _, job in ipairs(page.data) do print(job.restore_job_id, job.status) end
    */
    {.name = "list_restore_jobs", .method = "GET", .path = "/restore-jobs",
     .answer = ANSWER_LIST, .list = "data", .id = "restore_job_id", BACKUPS,
     .text = "Answers a page of the project's restore jobs.",
     .page = "2026-04/control-plane/list_restore_jobs",
     ARGUMENTS(LIMIT, PAGINATION_TOKEN)},

    /*** It cannot be asked, only be made an index of: `create_index_from_collection`.
    @treturn Collection it, not finished yet: `wait_for_collection` waits
    @kind not_found there is no such index
    @kind conflict another collection has the name
    @kind quota_exceeded the project holds as many collections as its plan allows
    @kind invalid_argument the index is not one of pods: serverless ones have backups
    @usage
    local collection = assert(pc:create_collection { name = "pod-movies-frozen", source = "pod-movies" })
    assert(pc:wait_for_collection(collection))
    */
    {.name = "create_collection", .method = "POST", .path = "/collections",
     .effect = EFFECT_CREATE, .answer = ANSWER_RESOURCE, .legacy = LEGACY_NAMED, .id = "name", INDEXES,
     .text = "Starts a collection: a static copy of a pod index.",
     .page = "2026-04/control-plane/create_collection",
     ARGUMENTS({.name = "name", .alias = "collection_name", .type = TYPE_STRING, .place = PLACE_BODY,
                .required = true, .rule = &rule_index_name, .text = "the collection's name"},
               {.name = "source", .alias = "index_name", .type = TYPE_STRING, .place = PLACE_BODY,
                .required = true, .rule = &rule_index_name, .text = "the pod index to copy"})},
    /*** @treturn Collection it, as it is now
    @kind not_found there is none with that name
    @usage
    local collection = assert(pc:describe_collection "pod-movies-copy")
    print(collection.status, collection.vector_count)
    */
    {.name = "describe_collection", .method = "GET", .path = "/collections/{collection_name}",
     .answer = ANSWER_RESOURCE, .legacy = LEGACY_LACKS, .id = "name", INDEXES,
     .text = "Answers one collection.",
     .page = "2026-04/control-plane/describe_collection",
     ARGUMENTS(COLLECTION_NAME)},
    /*** There are no pages. The iterator `collections` gives them one by one.
    @treturn CollectionList all of them
    @usage
    for _, collection in ipairs(assert(pc:list_collections()).collections) do print(collection.name) end
    */
    {.name = "list_collections", .method = "GET", .path = "/collections",
     .answer = ANSWER_LIST, .legacy = LEGACY_NAMES, .list = "collections", .id = "name", INDEXES,
     .text = "Answers all collections of the project.",
     .page = "2026-04/control-plane/list_collections"},
    /*** That takes some minutes. The index that it was made of stays.
    @treturn boolean true
    @kind not_found there is none with that name
    @usage
    assert(pc:delete_collection "pod-movies-copy")
    */
    {.name = "delete_collection", .method = "DELETE", .path = "/collections/{collection_name}",
     .effect = EFFECT_DELETE, .answer = ANSWER_TRUE, .legacy = LEGACY_ALIKE, INDEXES,
     .text = "Deletes a collection.",
     .page = "2026-04/control-plane/delete_collection",
     ARGUMENTS(COLLECTION_NAME)},
    /*** Speaks `2026-04` where a newer version is asked for, because those have no indexes of pods.
    @treturn Index it, not ready yet: `wait_for_index` waits
    @kind not_found there is no such collection
    @kind conflict another index has the name
    @kind quota_exceeded the project has as many indexes as it may have
    @usage
    local index = assert(pc:create_index_from_collection {
       name = "pod-movies-again", source_collection = "pod-movies-copy", environment = "us-east1-gcp", dimension = 3,
    })
    assert(pc:wait_for_index(index.name))
    */
    {.name = "create_index_from_collection", .method = "POST", .path = "/indexes",
     .effect = EFFECT_CREATE, .answer = ANSWER_RESOURCE, .id = "name", INDEXES, .newest = "2026-04",
     .text = "Makes a pod index out of a collection.",
     .page = "2026-04/control-plane/create_index",
     ARGUMENTS(NEW_INDEX_NAME(),
               {.name = "source_collection", .alias = "collection_name", .type = TYPE_STRING,
                .place = PLACE_BODY, .required = true, .wire = "spec.pod.source_collection",
                .rule = &rule_index_name, .text = "the collection"},
               {.name = "environment", .type = TYPE_STRING, .place = PLACE_BODY, .required = true,
                .wire = "spec.pod.environment", .rule = &rule_text, .text = "such as us-east1-gcp"},
               {.name = "pod_type", .type = TYPE_STRING, .place = PLACE_BODY, .wire = "spec.pod.pod_type",
                .fallback = "p1.x1", .rule = &rule_text, .text = "s1, p1 or p2, with .x1 to .x8; default p1.x1"},
               POD_NUMBER("pods", "shards times replicas; the API's default is 1"),
               POD_NUMBER("replicas", "copies, for throughput; the API's default is 1"),
               POD_NUMBER("shards", "parts, for capacity; the API's default is 1"),
               {.name = "metadata_config", .type = TYPE_TABLE, .place = PLACE_BODY,
                .wire = "spec.pod.metadata_config", .text = "{ indexed = { field names } }; none: all"},
               DIMENSION, METRIC, TAGS("tags of the new index"), DELETION_PROTECTION)},

    /*** It is enabled, and the hour at which it runs is the service's choice. Its backups are deleted by the service
    when they expire. The API's nested form, `schedule = { frequency = ... }, retention = { expire_after_days = ... }`,
    is good, too.
    @treturn Schedule it
    @kind not_found there is no such index
    @kind conflict another schedule of the index is enabled
    @kind permission_denied the plan has no schedules
    @kind quota_exceeded the index has as many schedules as it may have
    @kind invalid_argument the index has pods, or a key of the customer's, or the days are too many
    @usage
    local schedule = assert(pc:create_backup_schedule {
       index_name = "docs-example", name = "auto", frequency = "daily", expire_after_days = 7,
    })
    print(schedule.schedule_id, schedule.next_scheduled_run)
    */
    {.name = "create_backup_schedule", .method = "POST", .path = "/indexes/{index_name}/backup-schedules",
     .effect = EFFECT_CREATE, .answer = ANSWER_RESOURCE, .id = "schedule_id", SCHEDULES,
     .text = "Makes Pinecone back the index up by itself; an index has at most one enabled schedule.",
     .page = "2026-07/control-plane/create_backup_schedule",
     ARGUMENTS(INDEX_NAME(true, NULL),
               {.name = "name", .type = TYPE_STRING, .place = PLACE_BODY, .required = true, .rule = &rule_text,
                .text = "the schedule's name, with which its backups' names begin"},
               {.name = "schedule_type", .type = TYPE_STRING, .place = PLACE_BODY, .wire = "schedule.type",
                .fallback = "time-based", .rule = &rule_text, .text = "time-based, the only one"},
               FREQUENCY("schedule.frequency", true), EXPIRE_AFTER_DAYS(true))},
    /*** For all of them there is the iterator `backup_schedules`.
    @treturn SchedulePage a page of them
    @kind not_found there is no such index
    @usage
    for _, schedule in ipairs(assert(pc:list_backup_schedules "songs").data) do
       print(schedule.name, schedule.enabled, schedule.next_scheduled_run)
    end
    */
    {.name = "list_backup_schedules", .method = "GET", .path = "/indexes/{index_name}/backup-schedules",
     .answer = ANSWER_LIST, .list = "data", .id = "schedule_id", SCHEDULES,
     .text = "Answers a page of the schedules of an index.",
     .page = "2026-07/control-plane/list_backup_schedules",
     ARGUMENTS(INDEX_NAME(true, NULL), LIMIT, PAGINATION_TOKEN)},
    /*** @treturn Schedule it
    @kind not_found there is none with that id; it goes away with its index
    @usage
    local schedule = assert(pc:describe_backup_schedule(schedule_id))
    print(schedule.frequency, schedule.retention_expire_after_days)
    */
    {.name = "describe_backup_schedule", .method = "GET", .path = "/backup-schedules/{schedule_id}",
     .answer = ANSWER_RESOURCE, .id = "schedule_id", SCHEDULES,
     .text = "Answers one schedule.",
     .page = "2026-07/control-plane/describe_backup_schedule",
     ARGUMENTS(SCHEDULE_ID)},
    /*** Fewer days also delete the backups that are older than that. `pause_backup_schedule` and
    `resume_backup_schedule` set `enabled` alone.
    @treturn Schedule it, as it is now
    @kind not_found there is none with that id
    @kind permission_denied the plan has no schedules
    @kind conflict another schedule of the index is enabled
    @kind invalid_argument the days are too many
    @usage
    local schedule = assert(pc:update_backup_schedule { schedule_id = schedule_id, expire_after_days = 30 })
    print(schedule.retention_expire_after_days)
    */
    {.name = "update_backup_schedule", .method = "PATCH", .path = "/backup-schedules/{schedule_id}",
     .effect = EFFECT_SAME, .answer = ANSWER_RESOURCE, .id = "schedule_id", SCHEDULES,
     .text = "Changes a schedule; what is not given stays.",
     .page = "2026-07/control-plane/update_backup_schedule",
     ARGUMENTS(SCHEDULE_ID, FREQUENCY(NULL, false), EXPIRE_AFTER_DAYS(false),
               {.name = "enabled", .type = TYPE_BOOLEAN, .place = PLACE_BODY,
                .text = "true, where it is not enabled, runs a backup at once and counts the next run from now"})},
    /*** @treturn boolean true
    @kind not_found there is none with that id
    @usage
    assert(pc:delete_backup_schedule(schedule_id))
    */
    {.name = "delete_backup_schedule", .method = "DELETE", .path = "/backup-schedules/{schedule_id}",
     .effect = EFFECT_DELETE, .answer = ANSWER_TRUE, SCHEDULES,
     .text = "Deletes a schedule; its backups stay until they expire.",
     .page = "2026-07/control-plane/delete_backup_schedule",
     ARGUMENTS(SCHEDULE_ID)},
    /*** For all of them there is the iterator `backup_schedule_history`.
    @treturn BackupPage a page of backups
    @kind not_found there is no schedule with that id
    @usage
    for _, backup in ipairs(assert(pc:list_backup_schedule_history(schedule_id)).data) do
       print(backup.name, backup.status)
    end
    */
    {.name = "list_backup_schedule_history", .method = "GET", .path = "/backup-schedules/{schedule_id}/history",
     .answer = ANSWER_LIST, .list = "data", .id = "backup_id", .vectors = true, SCHEDULES,
     .text = "Answers a page of the backups that a schedule made.",
     .page = "2026-07/control-plane/list_backup_schedule_history",
     ARGUMENTS(SCHEDULE_ID, LIMIT, PAGINATION_TOKEN)},

    /*** Up to 2026-04 `name` and `spec` are needed, and for dense vectors `dimension`; from 2026-07 on `schema`. Each
    released version takes its own fields and refuses the other's.
    @treturn Index it, not ready yet: `wait_for_index` waits
    @kind conflict another index has the name
    @kind not_found there is no such cloud or region
    @kind precondition_failed the project cannot have such an index, as with a key of the customer's
    @kind quota_exceeded the project has as many indexes as it may have
    @usage
    local index = assert(pc:create_index {
       name = "books", dimension = 3, spec = { serverless = { cloud = "aws", region = "us-east-1" } },
    })
    assert(pc:wait_for_index(index))
    */
    {.name = "create_index", .method = "POST", .path = "/indexes",
     .effect = EFFECT_CREATE, .answer = ANSWER_RESOURCE, .id = "name", INDEXES,
     .text = "Makes an index.",
     .page = "2026-04/control-plane/create_index",
     ARGUMENTS(NEW_INDEX_NAME(.optional_since = "2026-07"),
               {.name = "spec", .type = TYPE_TABLE, .place = PLACE_BODY, .until = "2026-04",
                .instead = "deployment and schema",
                .text = "{ serverless = { cloud, region } }, { pod = { ... } } or { byoc = { ... } }; "
                        "up to 2026-04"},
               DIMENSION, METRIC,
               {.name = "vector_type", .type = TYPE_STRING, .place = PLACE_BODY, .rule = &rule_text,
                .until = "2026-04", .instead = "the type of a field of schema",
                .text = "dense (the API's default) or sparse; up to 2026-04"},
               TAGS("tags of the index"), DELETION_PROTECTION,
               SCHEMA("dimension, metric and vector_type"),
               DEPLOYMENT("deployment_type, cloud, region", "spec",
                          "; the API's defaults are deployment_type managed, cloud aws, region us-east-1"),
               READ_CAPACITY(.instead = "spec.serverless.read_capacity",
                             .text = "{ mode, dedicated }; from 2026-07 on, before that in spec"),
               {.name = "cmek_id", .type = TYPE_STRING, .place = PLACE_BODY, .rule = &rule_text,
                .since = "2026-07", .text = "id of the encryption key; from 2026-07 on"})},
    /*** @treturn Index it, as it is now
    @kind not_found there is none with that name
    @usage
    local index = assert(pc:describe_index "movies")
    print(index.host, index.status.state)
    */
    {.name = "describe_index", .method = "GET", .path = "/indexes/{index_name}",
     .answer = ANSWER_RESOURCE, .id = "name", INDEXES,
     .text = "Answers one index.",
     .page = "2026-04/control-plane/describe_index",
     ARGUMENTS(INDEX_NAME(true, "name"))},
    /*** There are no pages. The iterator `indexes` gives them one by one.
    @treturn IndexList all of them
    @usage
    for _, index in ipairs(assert(pc:list_indexes()).indexes) do print(index.name, index.status.state) end
    */
    {.name = "list_indexes", .method = "GET", .path = "/indexes",
     .answer = ANSWER_LIST, .list = "indexes", .id = "name", INDEXES,
     .text = "Answers all indexes of the project.",
     .page = "2026-04/control-plane/list_indexes"},
    /*** @treturn Index it, as it is now
    @kind not_found there is none with that name
    @kind quota_exceeded the project has no room for so many pods
    @usage
    local index = assert(pc:configure_index { index_name = "movies", deletion_protection = "enabled" })
    print(index.deletion_protection)
    */
    {.name = "configure_index", .method = "PATCH", .path = "/indexes/{index_name}",
     .effect = EFFECT_SAME, .answer = ANSWER_RESOURCE, .id = "name", INDEXES,
     .text = "Changes an index; what is not given stays.",
     .page = "2026-04/control-plane/configure_index",
     ARGUMENTS(INDEX_NAME(true, "name"), TAGS("tags to set; an empty value removes one"), DELETION_PROTECTION,
               {.name = "spec", .type = TYPE_TABLE, .place = PLACE_BODY, .until = "2026-04",
                .instead = "deployment and read_capacity",
                .text = "{ pod = { replicas, pod_type } } and the like; up to 2026-04"},
               {.name = "embed", .type = TYPE_TABLE, .place = PLACE_BODY, .until = "2026-04",
                .instead = "schema", .text = "embedding settings; up to 2026-04"},
               SCHEMA("embed"), DEPLOYMENT("replicas, pod_type", "spec.pod", ""),
               READ_CAPACITY(.instead = "spec.serverless.read_capacity",
                             .text = "{ mode, dedicated }; from 2026-07 on, before that in spec"))},
    /*** @treturn boolean true
    @kind not_found there is none with that name
    @kind permission_denied its deletion protection is enabled
    @kind precondition_failed a collection is still being made of it
    @usage
    assert(pc:delete_index "movies")
    */
    {.name = "delete_index", .method = "DELETE", .path = "/indexes/{index_name}",
     .effect = EFFECT_DELETE, .answer = ANSWER_TRUE, INDEXES,
     .text = "Deletes an index and its schedules; its backups stay.",
     .page = "2026-04/control-plane/delete_index",
     ARGUMENTS(INDEX_NAME(true, "name"))},
    /*** Needs `index_name`, or `host`. The index's host comes from `describe_index`, and is remembered; one with a path
    or a user in it is refused. What was just written may not be counted yet. `timeout` is of each of the two requests.
    @treturn IndexStats the counts, in camelCase, as the data plane spells them
    @kind not_found there is no such index
    @usage
    local stats = assert(pc:describe_index_stats "movies")
    print(stats.totalVectorCount)
    for name, namespace in pairs(stats.namespaces) do print(name, namespace.vectorCount) end
    */
    {.name = "describe_index_stats", .method = "POST", .path = "/describe_index_stats", .plane = PLANE_DATA,
     .answer = ANSWER_RESOURCE, INDEXES,
     .text = "Answers the record counts of an index, from the index itself.",
     .page = "2025-10/data-plane/describeindexstats",
     ARGUMENTS({.name = "index_name", .type = TYPE_STRING, .rule = &rule_index_name,
                .text = "the index; its host is asked of describe_index and remembered"},
               {.name = "host", .type = TYPE_STRING, .place = PLACE_HOST, .rule = &rule_text,
                .text = "the index's host instead, as describe_index answers it"},
               {.name = "filter", .type = TYPE_TABLE, .place = PLACE_BODY,
                .text = "counts only records that match; pod indexes only"})},
};

const size_t operation_count = sizeof operations / sizeof operations[0];

/*** With the same retries and errors as all others. What is sent with POST or PATCH is never sent twice: where its
answer is lost the error says `maybe_applied`.
@treturn table|string|boolean|number what was answered as JSON, true where there was no body
@kind not_found there is no such path, or nothing there
@kind conflict what is to be made is there
@kind precondition_failed something is not ready for it
@kind quota_exceeded there is no room for another one
@usage
local answer = assert(pc:request { path = "/backups", query = { limit = 10 }, api_version = "2026-07" })
print(#answer.data)
*/
const Operation operation_request = {
    .name = "request", .effect = EFFECT_CREATE, .answer = ANSWER_ANY, .legacy = LEGACY_TEXT,
    .version = "2026-04", .oldest = "2024-04",
    .text = "Asks for anything that has no method yet.",
    .page = "2026-04/control-plane",
    ARGUMENTS({.name = "path", .type = TYPE_STRING, .place = PLACE_PATH, .required = true, .rule = &rule_path,
               .text = "such as /indexes/movies"},
              {.name = "method", .type = TYPE_STRING, .rule = &rule_method, .fallback = "GET",
               .text = "GET (default), POST, PUT, PATCH or DELETE"},
              {.name = "query", .type = TYPE_TABLE, .place = PLACE_QUERY,
               .text = "names and their strings, numbers or booleans"},
              {.name = "body", .type = TYPE_TABLE, .place = PLACE_BODY, .text = "what is sent as JSON"},
              {.name = "host", .type = TYPE_STRING, .place = PLACE_HOST, .rule = &rule_text,
               .text = "an index's host; none: the control plane"},
              {.name = "api_version", .type = TYPE_STRING, .rule = &rule_api_version,
               .text = "default 2026-04"})};
/* clang-format on */

const char *operation_version(const Operation *operation, const char *named)
{
    if (named == NULL)
        return operation->version;
    if (strcmp(named, operation->oldest) < 0)
        return operation->below;
    bool preview = !version_is_released(named); /* of it is not known whether it still has the operation */
    if (operation->newest != NULL && (preview || strcmp(named, operation->newest) > 0))
        return operation->newest;
    return named;
}
