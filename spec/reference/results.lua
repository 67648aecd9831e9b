--- What the API answers, as plain tables: fields spelled as the API spells them. A JSON null is an absent field, whole
-- numbers are integers where Lua has them, times are texts in RFC 3339, which @{pinecone.timestamp} turns into seconds.
-- Fields that are not known here pass through, and so do statuses.
--
-- Those that only newer or older versions of the API have say so.
-- @file results

--- A copy of an index at one time.
-- @table Backup
-- @tfield string backup_id
-- @tfield string status `Initializing`, `Ready` or `InitializationFailed` (`Failed` in older documents); in the history
--   of a schedule also `Scheduled`
-- @tfield string source_index_name the index that it was made of
-- @tfield string source_index_id tells indexes apart that had the same name one after the other
-- @tfield string cloud such as `aws`
-- @tfield string region such as `us-east-1`
-- @tfield[opt] string name not unique
-- @tfield[opt] string description
-- @tfield[opt] int dimension of its vectors; 0 for sparse ones. From 2026-07 on it is read from the schema
-- @tfield[opt] string metric `cosine`, `euclidean` or `dotproduct`. From 2026-07 on it is read from the schema
-- @tfield[opt] table schema `fields` by name, each with `filterable`, or from 2026-07 on with its type and
--   what belongs to it
-- @tfield[opt] int record_count once it is Ready
-- @tfield[opt] int namespace_count once it is Ready
-- @tfield[opt] int size_bytes once it is Ready
-- @tfield[opt] {[string]=string,...} tags those of the index
-- @tfield[opt] string created_at differs by microseconds between what a create gives and what is listed
-- @tfield[opt] string source_index_deleted_at from 2026-07 on, in lists with `include_deleted`
-- @tfield[opt] string scheduled_execution_at in the history of a schedule, of a run to come

--- How a restore begins.
-- @table RestoreStart
-- @tfield string restore_job_id
-- @tfield string index_id of the new index, which an index itself does not tell

--- A restore under way, or done.
-- @table RestoreJob
-- @tfield string restore_job_id
-- @tfield string backup_id
-- @tfield string target_index_name the new index
-- @tfield string target_index_id
-- @tfield string status `Pending`, `Completed`, `Failed` or `Cancelled`
-- @tfield[opt] string created_at
-- @tfield[opt] string completed_at
-- @tfield[opt] number percent_complete 100 or absent; it tells no progress

--- A static copy of an index of pods.
-- @table Collection
-- @tfield string name
-- @tfield string status `Initializing`, `Ready`, `Terminating` or `Terminated`
-- @tfield string environment such as `us-east1-gcp`
-- @tfield[opt] int size in bytes
-- @tfield[opt] int dimension
-- @tfield[opt] int vector_count

--- A schedule by which the service makes backups.
-- @table Schedule
-- @tfield string schedule_id
-- @tfield string name with which the names of its backups begin
-- @tfield string index_id
-- @tfield string project_id
-- @tfield string schedule_type `time-based`
-- @tfield string frequency `daily`, `weekly` or `monthly`
-- @tfield int retention_expire_after_days
-- @tfield boolean enabled
-- @tfield[opt] string next_scheduled_run none while it is disabled
-- @tfield string created_at

--- An index. Up to 2026-04 it has `metric`, `spec`, `vector_type` and `dimension`, from 2026-07 on `deployment` and
-- `schema`.
-- @table Index
-- @tfield string name
-- @tfield string host of its records, without a scheme
-- @tfield IndexStatus status
-- @tfield[opt] string metric `cosine`, `euclidean` or `dotproduct`
-- @tfield[opt] int dimension none for sparse vectors
-- @tfield[opt] string vector_type `dense` or `sparse`
-- @tfield[opt] table spec one of `serverless`, `pod` and `byoc`
-- @tfield[opt] table deployment `deployment_type` and what belongs to it
-- @tfield[opt] table schema `fields` by name
-- @tfield[opt] string deletion_protection `enabled` or `disabled`
-- @tfield[opt] {[string]=string,...} tags
-- @tfield[opt] table embed the embedding model
-- @tfield[opt] string private_host
-- @tfield[opt] table read_capacity
-- @tfield[opt] string source_collection
-- @tfield[opt] string source_backup_id
-- @tfield[opt] string cmek_id the customer's key

--- How an index is.
-- @table IndexStatus
-- @tfield boolean ready
-- @tfield string state `Initializing`, `Ready`, `Terminating` and others

--- How many records an index has. Camel case is the data plane's.
-- @table IndexStats
-- @tfield[opt] {[string]=NamespaceStats,...} namespaces by name; the default one is `""`
-- @tfield[opt] int totalVectorCount
-- @tfield[opt] int dimension
-- @tfield[opt] number indexFullness of pods
-- @tfield[opt] string metric
-- @tfield[opt] string vectorType
-- @tfield[opt] number memory_fullness in 2025-10 and 2026-04
-- @tfield[opt] number storage_fullness in 2025-10 and 2026-04
-- @tfield[opt] number memoryFullness from 2026-07 on
-- @tfield[opt] number storageFullness from 2026-07 on

--- How many records a namespace has.
-- @table NamespaceStats
-- @tfield int vectorCount

--- A page of backups.
-- @table BackupPage
-- @tfield {Backup,...} data
-- @tfield[opt] Pagination pagination none on the last page

--- A page of restore jobs.
-- @table RestoreJobPage
-- @tfield {RestoreJob,...} data
-- @tfield[opt] Pagination pagination none on the last page

--- A page of schedules.
-- @table SchedulePage
-- @tfield {Schedule,...} data
-- @tfield[opt] Pagination pagination none on the last page

--- Where a list goes on.
-- @table Pagination
-- @tfield string next what to give as `pagination_token`

--- All collections.
-- @table CollectionList
-- @tfield {Collection,...} collections

--- All indexes.
-- @table IndexList
-- @tfield {Index,...} indexes
