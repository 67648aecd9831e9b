---@meta pinecone
-- Made by "make types" from the same comments as the reference: change those, not this.

---No argument has this name.
---@class pinecone.unknown_field

---@class pinecone.nothing
---@field [string] pinecone.unknown_field

---What the second table of a call that waits may hold.
---@class pinecone.WaitOptions
---@field timeout? number seconds for all of it; default: no limit for the waiting
---@field api_version? string the version to speak; default: the client's
---@field on_progress? fun(resource: table, elapsed: number, trouble?: pinecone.Error) is called after each look, from the first good one on, with what was waited for as last seen, the seconds since the call began, and the error where that look failed. What it raises ends the wait
---@field [string] pinecone.unknown_field

---What a restore has become.
---@class pinecone.Restored
---@field name string of the new index
---@field backup pinecone.Backup what it was made of
---@field restore_job_id string
---@field index_id string
---@field verified boolean whether it was compared
---@field seconds number it took
---@field job? pinecone.RestoreJob where it waited
---@field index? pinecone.Index where it waited
---@field record_count? integer where it was verified
---@field namespace_count? integer where it was verified

---What a drill has shown.
---@class pinecone.Drilled
---@field backup pinecone.Backup what was restored
---@field index_name string of the index, which is gone by now
---@field record_count integer
---@field namespace_count integer
---@field restore_seconds number until it was verified
---@field seconds number until it was deleted

---What `prune_backups` planned and did.
---@class pinecone.PruneReport
---@field keep pinecone.KeptBackup[] newest first
---@field remove pinecone.Backup[] newest first, as planned
---@field untouched pinecone.UntouchedBackup[] newest first
---@field removed pinecone.Backup[] those of `remove` that are gone, oldest first
---@field in_use pinecone.Backup[] those that stay because a restore reads them, oldest first
---@field failed pinecone.FailedDeletion[] the others, oldest first
---@field dry_run boolean whether nothing was to be deleted; then the last three are empty

---A backup that could not be deleted.
---@class pinecone.FailedDeletion
---@field backup pinecone.Backup
---@field error pinecone.Error why

---What `check` found.
---@class pinecone.Check
---@field verdict "ok"|"warning"|"critical" the worst of all: `ok`, `warning` or `critical`; `warning` where no index was looked at
---@field reason string a sentence that says why
---@field time number when that was, in seconds since 1970
---@field indexes pinecone.CheckedIndex[] sorted by name
---@field skipped string[] the names of those that were left out

---What `check` says of an index.
---@class pinecone.CheckedIndex
---@field index_name string
---@field verdict "ok"|"warning"|"critical" `ok`, `warning` or `critical`
---@field reason string a sentence that says why
---@field reasons string[] all of them, worst first
---@field backup? pinecone.Backup the newest that is Ready
---@field age? number how old that is, in seconds
---@field ahead? pinecone.Backup the newest Ready one of those that are dated more than an hour in the future
---@field failures? integer how many backups failed since it was made; all that failed where there is none
---@field last_failure? pinecone.Backup the newest of them
---@field running? integer how many backups are not finished
---@field schedule? pinecone.Schedule the enabled one
---@field next_run? number when it is due, in seconds since 1970
---@field schedule_error? pinecone.Error why the schedules could not be read; some plans have none
---@field error? pinecone.Error why the backups could not be listed; then all from `backup` on are absent

---What the second table of a call may hold.
---@class pinecone.CallOptions
---@field timeout? number seconds for the whole call; default: the client's
---@field api_version? string the version to speak; default: the client's
---@field [string] pinecone.unknown_field

---A client of one project: `pinecone.new` makes it.
---
---Arguments are one table of named fields, spelled as the API spells them. A misspelled, missing or wrong one raises
---an error that names the method, the field and the nearest right name. Everything that can go wrong at run time is
---`nil` and an `Error`. Any call may give one of the kinds
---
---- `invalid_argument`: a value is wrong; nothing was sent unless the error has a `status`
---- `unauthenticated`, `permission_denied`, `payment_required`: the key, what it may do, unpaid invoices
---- `rate_limited`, `server`, `unavailable`: the service's own trouble, after the repeats
---- `timeout`, `network`, `tls`: on the way
---- `protocol`, `too_large`: the answer is not the API's, or larger than `max_response_bytes`
---- `cancelled`, `closed`: given up on this side
---
---and those that stand with the method. Many coroutines may use a client at once. It keeps its connections open.
---@class pinecone.Client
local Client = {}

---@class pinecone.create_backup.arguments
---@field index_name string the index; 1 to 45 characters a-z, 0-9 and '-', with a letter or digit at both ends
---@field name? string the backup's name; 1 to 45 characters a-z, 0-9 and '-', with a letter or digit at both ends; or under the name `backup_name`
---@field backup_name? string the same as `name`
---@field description? string any text
---@field [string] pinecone.unknown_field

---Starts a backup of an index; it is Initializing at first and Ready later.
---
---What is written while it is made, and in the 15 minutes before, may be missing from it. It costs storage until it
---is deleted. Where the answer is lost, a backup with a `name` is looked for before another one is made.
---
---`POST /indexes/{index_name}/backups`
---
---Kinds of errors:
--- - `not_found`: there is no such index
--- - `quota_exceeded`: the project holds as many backups as its plan allows
--- - `permission_denied`: the plan has no backups
--- - `invalid_argument`: the index has pods, or a key of the customer's, or the name is not good
---
---```lua
---local backup = assert(pc:create_backup { index_name = "movies", name = "before-upgrade" })
---print(backup.backup_id, backup.status)
---```
---
---[2026-04/control-plane/create_backup](https://docs.pinecone.io/reference/api/2026-04/control-plane/create_backup)
---@param arguments pinecone.create_backup.arguments|string with these fields, or `index_name` alone
---@param options? pinecone.CallOptions
---@return pinecone.Backup? # it, not finished yet: `wait_for_backup` waits, `backup` does both
---@return pinecone.Error # of one of these kinds, or of those that any call may give
function Client:create_backup(arguments, options) end

---@class pinecone.describe_backup.arguments
---@field backup_id string the backup's id; a text without control characters, not empty, '.' or '..'
---@field [string] pinecone.unknown_field

---Answers one backup.
---
---`GET /backups/{backup_id}`
---
---Kinds of errors:
--- - `not_found`: there is none with that id; it may have expired
---
---```lua
---local backup = assert(pc:describe_backup(backup_id))
---print(backup.name, backup.status, backup.record_count, backup.size_bytes)
---```
---
---[2026-04/control-plane/describe_backup](https://docs.pinecone.io/reference/api/2026-04/control-plane/describe_backup)
---@param arguments pinecone.describe_backup.arguments|string with these fields, or `backup_id` alone
---@param options? pinecone.CallOptions
---@return pinecone.Backup? # it, as it is now
---@return pinecone.Error # of one of these kinds, or of those that any call may give
function Client:describe_backup(arguments, options) end

---@class pinecone.list_backups.arguments
---@field index_name? string the index; 1 to 45 characters a-z, 0-9 and '-', with a letter or digit at both ends
---@field limit? integer items on a page; the API's default is 10 up to 2026-04, 100 from 2026-07 on; a whole number from 1 to 100 (from 2026-07 on: from 1 to 2147483647)
---@field pagination_token? string pagination.next of the page before
---@field include_deleted? boolean also of deleted indexes that had the name; makes the call speak 2026-07 at least; needs `index_name`
---@field [string] pinecone.unknown_field

---Answers a page of the backups of an index, or of the whole project.
---
---For all of them there is the iterator `backups`. In which order they come is not documented.
---
---`GET [/indexes/{index_name}]/backups`
---
---Kinds of errors:
--- - `not_found`: there is no such index, not even a deleted one where `include_deleted` is true
---
---```lua
---local page = assert(pc:list_backups { index_name = "movies", limit = 20 })
---for _, backup in ipairs(page.data) do print(backup.backup_id, backup.name) end
---print(page.pagination and page.pagination.next or "that was the last page")
---```
---
---[2026-04/control-plane/list_project_backups](https://docs.pinecone.io/reference/api/2026-04/control-plane/list_project_backups)
---@param arguments? pinecone.list_backups.arguments|string with these fields, or `index_name` alone
---@param options? pinecone.CallOptions
---@return pinecone.BackupPage? # a page of them
---@return pinecone.Error # of one of these kinds, or of those that any call may give
function Client:list_backups(arguments, options) end

---@class pinecone.delete_backup.arguments
---@field backup_id string the backup's id; a text without control characters, not empty, '.' or '..'
---@field [string] pinecone.unknown_field

---Deletes a backup.
---
---There is no way back.
---
---The index that it was made of stays, and so do those that were restored from it.
---
---`DELETE /backups/{backup_id}`
---
---Kinds of errors:
--- - `not_found`: there is none with that id
--- - `precondition_failed`: a restore still reads it
---
---```lua
---assert(pc:delete_backup(backup_id))
---```
---
---[2026-04/control-plane/delete_backup](https://docs.pinecone.io/reference/api/2026-04/control-plane/delete_backup)
---@param arguments pinecone.delete_backup.arguments|string with these fields, or `backup_id` alone
---@param options? pinecone.CallOptions
---@return boolean? # true
---@return pinecone.Error # of one of these kinds, or of those that any call may give
function Client:delete_backup(arguments, options) end

---@class pinecone.create_index_from_backup.arguments
---@field backup_id string the backup's id; a text without control characters, not empty, '.' or '..'
---@field name string the new index's name; 1 to 45 characters a-z, 0-9 and '-', with a letter or digit at both ends
---@field tags? table<string, string> tags of the new index; none: those of the backup; keys of 1 to 80 characters A-Z, a-z, 0-9, '_' and '-', values of at most 120 characters A-Z, a-z, 0-9 and ';@_-.+ ' (from 2026-07 on: printable ASCII, and at most 20 tags)
---@field deletion_protection? "enabled"|"disabled" enabled or disabled (the API's default)
---@field read_capacity? table `{ mode = 'OnDemand' }` or `{ mode = 'Dedicated', dedicated = { ... } }`; makes the call speak 2026-07 at least
---@field [string] pinecone.unknown_field

---Starts a restore: answers the ids of the restore job and of the new index.
---
---The new index is in the same cloud and region as the old one, and exists at once, but is empty until it is ready. A
---restore takes minutes to hours. `restore` does all of it, waits, and compares.
---
---`POST /backups/{backup_id}/create-index`
---
---Kinds of errors:
--- - `not_found`: there is no such backup
--- - `conflict`: another index has the name
--- - `precondition_failed`: the backup is not Ready
--- - `quota_exceeded`: the project has as many indexes as it may have
---
---```lua
---local start = assert(pc:create_index_from_backup { backup_id = backup_id, name = "movies-restored" })
---assert(pc:wait_for_restore(start.restore_job_id))
---```
---
---[2026-04/control-plane/create_index_from_backup](https://docs.pinecone.io/reference/api/2026-04/control-plane/create_index_from_backup)
---@param arguments pinecone.create_index_from_backup.arguments
---@param options? pinecone.CallOptions
---@return pinecone.RestoreStart? # the ids of the restore job and of the new index
---@return pinecone.Error # of one of these kinds, or of those that any call may give
function Client:create_index_from_backup(arguments, options) end

---@class pinecone.describe_restore_job.arguments
---@field restore_job_id string the restore job's id; a text without control characters, not empty, '.' or '..'; or under the name `job_id`
---@field job_id? string the same as `restore_job_id`
---@field [string] pinecone.unknown_field

---@class pinecone.describe_restore_job.arguments_2
---@field restore_job_id? string the restore job's id; a text without control characters, not empty, '.' or '..'; or under the name `job_id`
---@field job_id string the same as `restore_job_id`
---@field [string] pinecone.unknown_field

---Answers one restore job.
---
---One that runs says `Pending`, and tells no progress.
---
---`GET /restore-jobs/{restore_job_id}`
---
---Kinds of errors:
--- - `not_found`: there is none with that id, its index is deleted, or it is lost for a moment
---
---```lua
---local job = assert(pc:describe_restore_job(restore_job_id))
---print(job.target_index_name, job.status, job.completed_at)
---```
---
---[2026-04/control-plane/describe_restore_job](https://docs.pinecone.io/reference/api/2026-04/control-plane/describe_restore_job)
---@param arguments pinecone.describe_restore_job.arguments|pinecone.describe_restore_job.arguments_2|string with these fields, or `restore_job_id` alone
---@param options? pinecone.CallOptions
---@return pinecone.RestoreJob? # it, as it is now
---@return pinecone.Error # of one of these kinds, or of those that any call may give
function Client:describe_restore_job(arguments, options) end

---@class pinecone.list_restore_jobs.arguments
---@field limit? integer items on a page; the API's default is 10 up to 2026-04, 100 from 2026-07 on; a whole number from 1 to 100 (from 2026-07 on: from 1 to 2147483647)
---@field pagination_token? string pagination.next of the page before
---@field [string] pinecone.unknown_field

---Answers a page of the project's restore jobs.
---
---Those whose index is deleted are left out. For all of them there is the iterator `restore_jobs`.
---
---`GET /restore-jobs`
---
---```lua
---local page = assert(pc:list_restore_jobs { limit = 20 })
---for _, job in ipairs(page.data) do print(job.restore_job_id, job.status) end
---```
---
---[2026-04/control-plane/list_restore_jobs](https://docs.pinecone.io/reference/api/2026-04/control-plane/list_restore_jobs)
---@param arguments? pinecone.list_restore_jobs.arguments
---@param options? pinecone.CallOptions
---@return pinecone.RestoreJobPage? # a page of them
---@return pinecone.Error # of one of these kinds, or of those that any call may give
function Client:list_restore_jobs(arguments, options) end

---@class pinecone.create_collection.arguments
---@field name string the collection's name; 1 to 45 characters a-z, 0-9 and '-', with a letter or digit at both ends; or under the name `collection_name`
---@field collection_name? string the same as `name`
---@field source string the pod index to copy; 1 to 45 characters a-z, 0-9 and '-', with a letter or digit at both ends; or under the name `index_name`
---@field index_name? string the same as `source`
---@field [string] pinecone.unknown_field

---@class pinecone.create_collection.arguments_2
---@field name? string the collection's name; 1 to 45 characters a-z, 0-9 and '-', with a letter or digit at both ends; or under the name `collection_name`
---@field collection_name string the same as `name`
---@field source string the pod index to copy; 1 to 45 characters a-z, 0-9 and '-', with a letter or digit at both ends; or under the name `index_name`
---@field index_name? string the same as `source`
---@field [string] pinecone.unknown_field

---@class pinecone.create_collection.arguments_3
---@field name string the collection's name; 1 to 45 characters a-z, 0-9 and '-', with a letter or digit at both ends; or under the name `collection_name`
---@field collection_name? string the same as `name`
---@field source? string the pod index to copy; 1 to 45 characters a-z, 0-9 and '-', with a letter or digit at both ends; or under the name `index_name`
---@field index_name string the same as `source`
---@field [string] pinecone.unknown_field

---@class pinecone.create_collection.arguments_4
---@field name? string the collection's name; 1 to 45 characters a-z, 0-9 and '-', with a letter or digit at both ends; or under the name `collection_name`
---@field collection_name string the same as `name`
---@field source? string the pod index to copy; 1 to 45 characters a-z, 0-9 and '-', with a letter or digit at both ends; or under the name `index_name`
---@field index_name string the same as `source`
---@field [string] pinecone.unknown_field

---Starts a collection: a static copy of a pod index.
---
---It cannot be asked, only be made an index of: `create_index_from_collection`.
---
---`POST /collections`
---
---Kinds of errors:
--- - `not_found`: there is no such index
--- - `conflict`: another collection has the name
--- - `quota_exceeded`: the project holds as many collections as its plan allows
--- - `invalid_argument`: the index is not one of pods: serverless ones have backups
---
---```lua
---local collection = assert(pc:create_collection { name = "pod-movies-frozen", source = "pod-movies" })
---assert(pc:wait_for_collection(collection))
---```
---
---[2026-04/control-plane/create_collection](https://docs.pinecone.io/reference/api/2026-04/control-plane/create_collection)
---@param arguments pinecone.create_collection.arguments|pinecone.create_collection.arguments_2|pinecone.create_collection.arguments_3|pinecone.create_collection.arguments_4
---@param options? pinecone.CallOptions
---@return pinecone.Collection? # it, not finished yet: `wait_for_collection` waits
---@return pinecone.Error # of one of these kinds, or of those that any call may give
function Client:create_collection(arguments, options) end

---@class pinecone.describe_collection.arguments
---@field collection_name string the collection; 1 to 45 characters a-z, 0-9 and '-', with a letter or digit at both ends; or under the name `name`
---@field name? string the same as `collection_name`
---@field [string] pinecone.unknown_field

---@class pinecone.describe_collection.arguments_2
---@field collection_name? string the collection; 1 to 45 characters a-z, 0-9 and '-', with a letter or digit at both ends; or under the name `name`
---@field name string the same as `collection_name`
---@field [string] pinecone.unknown_field

---Answers one collection.
---
---`GET /collections/{collection_name}`
---
---Kinds of errors:
--- - `not_found`: there is none with that name
---
---```lua
---local collection = assert(pc:describe_collection "pod-movies-copy")
---print(collection.status, collection.vector_count)
---```
---
---[2026-04/control-plane/describe_collection](https://docs.pinecone.io/reference/api/2026-04/control-plane/describe_collection)
---@param arguments pinecone.describe_collection.arguments|pinecone.describe_collection.arguments_2|string with these fields, or `collection_name` alone
---@param options? pinecone.CallOptions
---@return pinecone.Collection? # it, as it is now
---@return pinecone.Error # of one of these kinds, or of those that any call may give
function Client:describe_collection(arguments, options) end

---Answers all collections of the project.
---
---There are no pages. The iterator `collections` gives them one by one.
---
---`GET /collections`
---
---```lua
---for _, collection in ipairs(assert(pc:list_collections()).collections) do print(collection.name) end
---```
---
---[2026-04/control-plane/list_collections](https://docs.pinecone.io/reference/api/2026-04/control-plane/list_collections)
---@param arguments? pinecone.nothing none
---@param options? pinecone.CallOptions
---@return pinecone.CollectionList? # all of them
---@return pinecone.Error # of one of these kinds, or of those that any call may give
function Client:list_collections(arguments, options) end

---@class pinecone.delete_collection.arguments
---@field collection_name string the collection; 1 to 45 characters a-z, 0-9 and '-', with a letter or digit at both ends; or under the name `name`
---@field name? string the same as `collection_name`
---@field [string] pinecone.unknown_field

---@class pinecone.delete_collection.arguments_2
---@field collection_name? string the collection; 1 to 45 characters a-z, 0-9 and '-', with a letter or digit at both ends; or under the name `name`
---@field name string the same as `collection_name`
---@field [string] pinecone.unknown_field

---Deletes a collection.
---
---That takes some minutes. The index that it was made of stays.
---
---`DELETE /collections/{collection_name}`
---
---Kinds of errors:
--- - `not_found`: there is none with that name
---
---```lua
---assert(pc:delete_collection "pod-movies-copy")
---```
---
---[2026-04/control-plane/delete_collection](https://docs.pinecone.io/reference/api/2026-04/control-plane/delete_collection)
---@param arguments pinecone.delete_collection.arguments|pinecone.delete_collection.arguments_2|string with these fields, or `collection_name` alone
---@param options? pinecone.CallOptions
---@return boolean? # true
---@return pinecone.Error # of one of these kinds, or of those that any call may give
function Client:delete_collection(arguments, options) end

---@class pinecone.create_index_from_collection.arguments
---@field name string the new index's name; 1 to 45 characters a-z, 0-9 and '-', with a letter or digit at both ends
---@field source_collection string the collection; 1 to 45 characters a-z, 0-9 and '-', with a letter or digit at both ends; or under the name `collection_name`
---@field collection_name? string the same as `source_collection`
---@field spec? table as the API nests it
---@field environment string such as us-east1-gcp
---@field pod_type? string s1, p1 or p2, with .x1 to .x8; default: `"p1.x1"`
---@field pods? integer shards times replicas; the API's default is 1; a whole number from 1 to 2147483647
---@field replicas? integer copies, for throughput; the API's default is 1; a whole number from 1 to 2147483647
---@field shards? integer parts, for capacity; the API's default is 1; a whole number from 1 to 2147483647
---@field metadata_config? table `{ indexed = { field names } }`; none: all
---@field dimension? integer length of its vectors, 1 to 20000; none for sparse ones; up to 2026-04
---@field metric? string cosine (the default for dense vectors), euclidean or dotproduct; up to 2026-04
---@field tags? table<string, string> tags of the new index; keys of 1 to 80 characters A-Z, a-z, 0-9, '_' and '-', values of at most 120 characters A-Z, a-z, 0-9 and ';@_-.+ ' (from 2026-07 on: printable ASCII, and at most 20 tags)
---@field deletion_protection? "enabled"|"disabled" enabled or disabled (the API's default)
---@field [string] pinecone.unknown_field

---@class pinecone.create_index_from_collection.arguments_2
---@field name string the new index's name; 1 to 45 characters a-z, 0-9 and '-', with a letter or digit at both ends
---@field source_collection? string the collection; 1 to 45 characters a-z, 0-9 and '-', with a letter or digit at both ends; or under the name `collection_name`
---@field collection_name string the same as `source_collection`
---@field spec? table as the API nests it
---@field environment string such as us-east1-gcp
---@field pod_type? string s1, p1 or p2, with .x1 to .x8; default: `"p1.x1"`
---@field pods? integer shards times replicas; the API's default is 1; a whole number from 1 to 2147483647
---@field replicas? integer copies, for throughput; the API's default is 1; a whole number from 1 to 2147483647
---@field shards? integer parts, for capacity; the API's default is 1; a whole number from 1 to 2147483647
---@field metadata_config? table `{ indexed = { field names } }`; none: all
---@field dimension? integer length of its vectors, 1 to 20000; none for sparse ones; up to 2026-04
---@field metric? string cosine (the default for dense vectors), euclidean or dotproduct; up to 2026-04
---@field tags? table<string, string> tags of the new index; keys of 1 to 80 characters A-Z, a-z, 0-9, '_' and '-', values of at most 120 characters A-Z, a-z, 0-9 and ';@_-.+ ' (from 2026-07 on: printable ASCII, and at most 20 tags)
---@field deletion_protection? "enabled"|"disabled" enabled or disabled (the API's default)
---@field [string] pinecone.unknown_field

---@class pinecone.create_index_from_collection.arguments_3
---@field name string the new index's name; 1 to 45 characters a-z, 0-9 and '-', with a letter or digit at both ends
---@field source_collection? string the collection; 1 to 45 characters a-z, 0-9 and '-', with a letter or digit at both ends; or under the name `collection_name`
---@field collection_name? string the same as `source_collection`
---@field spec table as the API nests it
---@field environment string such as us-east1-gcp
---@field pod_type? string s1, p1 or p2, with .x1 to .x8; default: `"p1.x1"`
---@field pods? integer shards times replicas; the API's default is 1; a whole number from 1 to 2147483647
---@field replicas? integer copies, for throughput; the API's default is 1; a whole number from 1 to 2147483647
---@field shards? integer parts, for capacity; the API's default is 1; a whole number from 1 to 2147483647
---@field metadata_config? table `{ indexed = { field names } }`; none: all
---@field dimension? integer length of its vectors, 1 to 20000; none for sparse ones; up to 2026-04
---@field metric? string cosine (the default for dense vectors), euclidean or dotproduct; up to 2026-04
---@field tags? table<string, string> tags of the new index; keys of 1 to 80 characters A-Z, a-z, 0-9, '_' and '-', values of at most 120 characters A-Z, a-z, 0-9 and ';@_-.+ ' (from 2026-07 on: printable ASCII, and at most 20 tags)
---@field deletion_protection? "enabled"|"disabled" enabled or disabled (the API's default)
---@field [string] pinecone.unknown_field

---@class pinecone.create_index_from_collection.arguments_4
---@field name string the new index's name; 1 to 45 characters a-z, 0-9 and '-', with a letter or digit at both ends
---@field source_collection string the collection; 1 to 45 characters a-z, 0-9 and '-', with a letter or digit at both ends; or under the name `collection_name`
---@field collection_name? string the same as `source_collection`
---@field spec table as the API nests it
---@field environment? string such as us-east1-gcp
---@field pod_type? string s1, p1 or p2, with .x1 to .x8; default: `"p1.x1"`
---@field pods? integer shards times replicas; the API's default is 1; a whole number from 1 to 2147483647
---@field replicas? integer copies, for throughput; the API's default is 1; a whole number from 1 to 2147483647
---@field shards? integer parts, for capacity; the API's default is 1; a whole number from 1 to 2147483647
---@field metadata_config? table `{ indexed = { field names } }`; none: all
---@field dimension? integer length of its vectors, 1 to 20000; none for sparse ones; up to 2026-04
---@field metric? string cosine (the default for dense vectors), euclidean or dotproduct; up to 2026-04
---@field tags? table<string, string> tags of the new index; keys of 1 to 80 characters A-Z, a-z, 0-9, '_' and '-', values of at most 120 characters A-Z, a-z, 0-9 and ';@_-.+ ' (from 2026-07 on: printable ASCII, and at most 20 tags)
---@field deletion_protection? "enabled"|"disabled" enabled or disabled (the API's default)
---@field [string] pinecone.unknown_field

---@class pinecone.create_index_from_collection.arguments_5
---@field name string the new index's name; 1 to 45 characters a-z, 0-9 and '-', with a letter or digit at both ends
---@field source_collection? string the collection; 1 to 45 characters a-z, 0-9 and '-', with a letter or digit at both ends; or under the name `collection_name`
---@field collection_name string the same as `source_collection`
---@field spec table as the API nests it
---@field environment? string such as us-east1-gcp
---@field pod_type? string s1, p1 or p2, with .x1 to .x8; default: `"p1.x1"`
---@field pods? integer shards times replicas; the API's default is 1; a whole number from 1 to 2147483647
---@field replicas? integer copies, for throughput; the API's default is 1; a whole number from 1 to 2147483647
---@field shards? integer parts, for capacity; the API's default is 1; a whole number from 1 to 2147483647
---@field metadata_config? table `{ indexed = { field names } }`; none: all
---@field dimension? integer length of its vectors, 1 to 20000; none for sparse ones; up to 2026-04
---@field metric? string cosine (the default for dense vectors), euclidean or dotproduct; up to 2026-04
---@field tags? table<string, string> tags of the new index; keys of 1 to 80 characters A-Z, a-z, 0-9, '_' and '-', values of at most 120 characters A-Z, a-z, 0-9 and ';@_-.+ ' (from 2026-07 on: printable ASCII, and at most 20 tags)
---@field deletion_protection? "enabled"|"disabled" enabled or disabled (the API's default)
---@field [string] pinecone.unknown_field

---@class pinecone.create_index_from_collection.arguments_6
---@field name string the new index's name; 1 to 45 characters a-z, 0-9 and '-', with a letter or digit at both ends
---@field source_collection? string the collection; 1 to 45 characters a-z, 0-9 and '-', with a letter or digit at both ends; or under the name `collection_name`
---@field collection_name? string the same as `source_collection`
---@field spec table as the API nests it
---@field environment? string such as us-east1-gcp
---@field pod_type? string s1, p1 or p2, with .x1 to .x8; default: `"p1.x1"`
---@field pods? integer shards times replicas; the API's default is 1; a whole number from 1 to 2147483647
---@field replicas? integer copies, for throughput; the API's default is 1; a whole number from 1 to 2147483647
---@field shards? integer parts, for capacity; the API's default is 1; a whole number from 1 to 2147483647
---@field metadata_config? table `{ indexed = { field names } }`; none: all
---@field dimension? integer length of its vectors, 1 to 20000; none for sparse ones; up to 2026-04
---@field metric? string cosine (the default for dense vectors), euclidean or dotproduct; up to 2026-04
---@field tags? table<string, string> tags of the new index; keys of 1 to 80 characters A-Z, a-z, 0-9, '_' and '-', values of at most 120 characters A-Z, a-z, 0-9 and ';@_-.+ ' (from 2026-07 on: printable ASCII, and at most 20 tags)
---@field deletion_protection? "enabled"|"disabled" enabled or disabled (the API's default)
---@field [string] pinecone.unknown_field

---Makes a pod index out of a collection.
---
---Speaks `2026-04` where a newer version is asked for, because those have no indexes of pods.
---
---API versions up to 2026-04. `POST /indexes`
---
---Kinds of errors:
--- - `not_found`: there is no such collection
--- - `conflict`: another index has the name
--- - `quota_exceeded`: the project has as many indexes as it may have
---
---```lua
---local index = assert(pc:create_index_from_collection {
---   name = "pod-movies-again", source_collection = "pod-movies-copy", environment = "us-east1-gcp", dimension = 3,
---})
---assert(pc:wait_for_index(index.name))
---```
---
---[2026-04/control-plane/create_index](https://docs.pinecone.io/reference/api/2026-04/control-plane/create_index)
---@param arguments pinecone.create_index_from_collection.arguments|pinecone.create_index_from_collection.arguments_2|pinecone.create_index_from_collection.arguments_3|pinecone.create_index_from_collection.arguments_4|pinecone.create_index_from_collection.arguments_5|pinecone.create_index_from_collection.arguments_6
---@param options? pinecone.CallOptions
---@return pinecone.Index? # it, not ready yet: `wait_for_index` waits
---@return pinecone.Error # of one of these kinds, or of those that any call may give
function Client:create_index_from_collection(arguments, options) end

---@class pinecone.create_backup_schedule.arguments
---@field index_name string the index; 1 to 45 characters a-z, 0-9 and '-', with a letter or digit at both ends
---@field name string the schedule's name, with which its backups' names begin
---@field schedule_type? string time-based, the only one; default: `"time-based"`
---@field schedule? table as the API nests it
---@field frequency "daily"|"weekly"|"monthly" daily, weekly or monthly
---@field expire_after_days integer days after which its backups are deleted; a whole number from 1 to 2147483647; or under the name `retention_expire_after_days`
---@field retention_expire_after_days? integer the same as `expire_after_days`
---@field retention? table as the API nests it
---@field [string] pinecone.unknown_field

---@class pinecone.create_backup_schedule.arguments_2
---@field index_name string the index; 1 to 45 characters a-z, 0-9 and '-', with a letter or digit at both ends
---@field name string the schedule's name, with which its backups' names begin
---@field schedule_type? string time-based, the only one; default: `"time-based"`
---@field schedule table as the API nests it
---@field frequency? "daily"|"weekly"|"monthly" daily, weekly or monthly
---@field expire_after_days integer days after which its backups are deleted; a whole number from 1 to 2147483647; or under the name `retention_expire_after_days`
---@field retention_expire_after_days? integer the same as `expire_after_days`
---@field retention? table as the API nests it
---@field [string] pinecone.unknown_field

---@class pinecone.create_backup_schedule.arguments_3
---@field index_name string the index; 1 to 45 characters a-z, 0-9 and '-', with a letter or digit at both ends
---@field name string the schedule's name, with which its backups' names begin
---@field schedule_type? string time-based, the only one; default: `"time-based"`
---@field schedule? table as the API nests it
---@field frequency "daily"|"weekly"|"monthly" daily, weekly or monthly
---@field expire_after_days? integer days after which its backups are deleted; a whole number from 1 to 2147483647; or under the name `retention_expire_after_days`
---@field retention_expire_after_days integer the same as `expire_after_days`
---@field retention? table as the API nests it
---@field [string] pinecone.unknown_field

---@class pinecone.create_backup_schedule.arguments_4
---@field index_name string the index; 1 to 45 characters a-z, 0-9 and '-', with a letter or digit at both ends
---@field name string the schedule's name, with which its backups' names begin
---@field schedule_type? string time-based, the only one; default: `"time-based"`
---@field schedule table as the API nests it
---@field frequency? "daily"|"weekly"|"monthly" daily, weekly or monthly
---@field expire_after_days? integer days after which its backups are deleted; a whole number from 1 to 2147483647; or under the name `retention_expire_after_days`
---@field retention_expire_after_days integer the same as `expire_after_days`
---@field retention? table as the API nests it
---@field [string] pinecone.unknown_field

---@class pinecone.create_backup_schedule.arguments_5
---@field index_name string the index; 1 to 45 characters a-z, 0-9 and '-', with a letter or digit at both ends
---@field name string the schedule's name, with which its backups' names begin
---@field schedule_type? string time-based, the only one; default: `"time-based"`
---@field schedule? table as the API nests it
---@field frequency "daily"|"weekly"|"monthly" daily, weekly or monthly
---@field expire_after_days? integer days after which its backups are deleted; a whole number from 1 to 2147483647; or under the name `retention_expire_after_days`
---@field retention_expire_after_days? integer the same as `expire_after_days`
---@field retention table as the API nests it
---@field [string] pinecone.unknown_field

---@class pinecone.create_backup_schedule.arguments_6
---@field index_name string the index; 1 to 45 characters a-z, 0-9 and '-', with a letter or digit at both ends
---@field name string the schedule's name, with which its backups' names begin
---@field schedule_type? string time-based, the only one; default: `"time-based"`
---@field schedule table as the API nests it
---@field frequency? "daily"|"weekly"|"monthly" daily, weekly or monthly
---@field expire_after_days? integer days after which its backups are deleted; a whole number from 1 to 2147483647; or under the name `retention_expire_after_days`
---@field retention_expire_after_days? integer the same as `expire_after_days`
---@field retention table as the API nests it
---@field [string] pinecone.unknown_field

---Makes Pinecone back the index up by itself; an index has at most one enabled schedule.
---
---It is enabled, and the hour at which it runs is the service's choice. Its backups are deleted by the service when
---they expire. The API's nested form, `schedule = { frequency = ... }, retention = { expire_after_days = ... }`, is
---good, too.
---
---API versions from 2026-07 on, and `unstable` in place of older ones. `POST /indexes/{index_name}/backup-schedules`
---
---Kinds of errors:
--- - `not_found`: there is no such index
--- - `conflict`: another schedule of the index is enabled
--- - `permission_denied`: the plan has no schedules
--- - `quota_exceeded`: the index has as many schedules as it may have
--- - `invalid_argument`: the index has pods, or a key of the customer's, or the days are too many
---
---```lua
---local schedule = assert(pc:create_backup_schedule {
---   index_name = "docs-example", name = "auto", frequency = "daily", expire_after_days = 7,
---})
---print(schedule.schedule_id, schedule.next_scheduled_run)
---```
---
---[2026-07/control-plane/create_backup_schedule](https://docs.pinecone.io/reference/api/2026-07/control-plane/create_backup_schedule)
---@param arguments pinecone.create_backup_schedule.arguments|pinecone.create_backup_schedule.arguments_2|pinecone.create_backup_schedule.arguments_3|pinecone.create_backup_schedule.arguments_4|pinecone.create_backup_schedule.arguments_5|pinecone.create_backup_schedule.arguments_6
---@param options? pinecone.CallOptions
---@return pinecone.Schedule? # it
---@return pinecone.Error # of one of these kinds, or of those that any call may give
function Client:create_backup_schedule(arguments, options) end

---@class pinecone.list_backup_schedules.arguments
---@field index_name string the index; 1 to 45 characters a-z, 0-9 and '-', with a letter or digit at both ends
---@field limit? integer items on a page; the API's default is 10 up to 2026-04, 100 from 2026-07 on; a whole number from 1 to 100 (from 2026-07 on: from 1 to 2147483647)
---@field pagination_token? string pagination.next of the page before
---@field [string] pinecone.unknown_field

---Answers a page of the schedules of an index.
---
---For all of them there is the iterator `backup_schedules`.
---
---API versions from 2026-07 on, and `unstable` in place of older ones. `GET /indexes/{index_name}/backup-schedules`
---
---Kinds of errors:
--- - `not_found`: there is no such index
---
---```lua
---for _, schedule in ipairs(assert(pc:list_backup_schedules "songs").data) do
---   print(schedule.name, schedule.enabled, schedule.next_scheduled_run)
---end
---```
---
---[2026-07/control-plane/list_backup_schedules](https://docs.pinecone.io/reference/api/2026-07/control-plane/list_backup_schedules)
---@param arguments pinecone.list_backup_schedules.arguments|string with these fields, or `index_name` alone
---@param options? pinecone.CallOptions
---@return pinecone.SchedulePage? # a page of them
---@return pinecone.Error # of one of these kinds, or of those that any call may give
function Client:list_backup_schedules(arguments, options) end

---@class pinecone.describe_backup_schedule.arguments
---@field schedule_id string the schedule's id; a text without control characters, not empty, '.' or '..'
---@field [string] pinecone.unknown_field

---Answers one schedule.
---
---API versions from 2026-07 on, and `unstable` in place of older ones. `GET /backup-schedules/{schedule_id}`
---
---Kinds of errors:
--- - `not_found`: there is none with that id; it goes away with its index
---
---```lua
---local schedule = assert(pc:describe_backup_schedule(schedule_id))
---print(schedule.frequency, schedule.retention_expire_after_days)
---```
---
---[2026-07/control-plane/describe_backup_schedule](https://docs.pinecone.io/reference/api/2026-07/control-plane/describe_backup_schedule)
---@param arguments pinecone.describe_backup_schedule.arguments|string with these fields, or `schedule_id` alone
---@param options? pinecone.CallOptions
---@return pinecone.Schedule? # it
---@return pinecone.Error # of one of these kinds, or of those that any call may give
function Client:describe_backup_schedule(arguments, options) end

---@class pinecone.update_backup_schedule.arguments
---@field schedule_id string the schedule's id; a text without control characters, not empty, '.' or '..'
---@field frequency? "daily"|"weekly"|"monthly" daily, weekly or monthly
---@field expire_after_days? integer days after which its backups are deleted; a whole number from 1 to 2147483647; or under the name `retention_expire_after_days`
---@field retention_expire_after_days? integer the same as `expire_after_days`
---@field retention? table as the API nests it
---@field enabled? boolean true, where it is not enabled, runs a backup at once and counts the next run from now
---@field [string] pinecone.unknown_field

---Changes a schedule; what is not given stays.
---
---Fewer days also delete the backups that are older than that. `pause_backup_schedule` and `resume_backup_schedule`
---set `enabled` alone.
---
---API versions from 2026-07 on, and `unstable` in place of older ones. `PATCH /backup-schedules/{schedule_id}`
---
---Kinds of errors:
--- - `not_found`: there is none with that id
--- - `permission_denied`: the plan has no schedules
--- - `conflict`: another schedule of the index is enabled
--- - `invalid_argument`: the days are too many
---
---```lua
---local schedule = assert(pc:update_backup_schedule { schedule_id = schedule_id, expire_after_days = 30 })
---print(schedule.retention_expire_after_days)
---```
---
---[2026-07/control-plane/update_backup_schedule](https://docs.pinecone.io/reference/api/2026-07/control-plane/update_backup_schedule)
---@param arguments pinecone.update_backup_schedule.arguments|string with these fields, or `schedule_id` alone
---@param options? pinecone.CallOptions
---@return pinecone.Schedule? # it, as it is now
---@return pinecone.Error # of one of these kinds, or of those that any call may give
function Client:update_backup_schedule(arguments, options) end

---@class pinecone.delete_backup_schedule.arguments
---@field schedule_id string the schedule's id; a text without control characters, not empty, '.' or '..'
---@field [string] pinecone.unknown_field

---Deletes a schedule; its backups stay until they expire.
---
---API versions from 2026-07 on, and `unstable` in place of older ones. `DELETE /backup-schedules/{schedule_id}`
---
---Kinds of errors:
--- - `not_found`: there is none with that id
---
---```lua
---assert(pc:delete_backup_schedule(schedule_id))
---```
---
---[2026-07/control-plane/delete_backup_schedule](https://docs.pinecone.io/reference/api/2026-07/control-plane/delete_backup_schedule)
---@param arguments pinecone.delete_backup_schedule.arguments|string with these fields, or `schedule_id` alone
---@param options? pinecone.CallOptions
---@return boolean? # true
---@return pinecone.Error # of one of these kinds, or of those that any call may give
function Client:delete_backup_schedule(arguments, options) end

---@class pinecone.list_backup_schedule_history.arguments
---@field schedule_id string the schedule's id; a text without control characters, not empty, '.' or '..'
---@field limit? integer items on a page; the API's default is 10 up to 2026-04, 100 from 2026-07 on; a whole number from 1 to 100 (from 2026-07 on: from 1 to 2147483647)
---@field pagination_token? string pagination.next of the page before
---@field [string] pinecone.unknown_field

---Answers a page of the backups that a schedule made.
---
---For all of them there is the iterator `backup_schedule_history`.
---
---API versions from 2026-07 on, and `unstable` in place of older ones. `GET /backup-schedules/{schedule_id}/history`
---
---Kinds of errors:
--- - `not_found`: there is no schedule with that id
---
---```lua
---for _, backup in ipairs(assert(pc:list_backup_schedule_history(schedule_id)).data) do
---   print(backup.name, backup.status)
---end
---```
---
---[2026-07/control-plane/list_backup_schedule_history](https://docs.pinecone.io/reference/api/2026-07/control-plane/list_backup_schedule_history)
---@param arguments pinecone.list_backup_schedule_history.arguments|string with these fields, or `schedule_id` alone
---@param options? pinecone.CallOptions
---@return pinecone.BackupPage? # a page of backups
---@return pinecone.Error # of one of these kinds, or of those that any call may give
function Client:list_backup_schedule_history(arguments, options) end

---@class pinecone.create_index.arguments
---@field name? string the new index's name; 1 to 45 characters a-z, 0-9 and '-', with a letter or digit at both ends
---@field spec? table `{ serverless = { cloud, region } }`, `{ pod = { ... } }` or `{ byoc = { ... } }`; up to 2026-04
---@field dimension? integer length of its vectors, 1 to 20000; none for sparse ones; up to 2026-04
---@field metric? string cosine (the default for dense vectors), euclidean or dotproduct; up to 2026-04
---@field vector_type? string dense (the API's default) or sparse; up to 2026-04
---@field tags? table<string, string> tags of the index; keys of 1 to 80 characters A-Z, a-z, 0-9, '_' and '-', values of at most 120 characters A-Z, a-z, 0-9 and ';@_-.+ ' (from 2026-07 on: printable ASCII, and at most 20 tags)
---@field deletion_protection? "enabled"|"disabled" enabled or disabled (the API's default)
---@field schema? table `{ fields = { ... } }`; from 2026-07 on
---@field deployment? table `{ deployment_type, cloud, region }`; from 2026-07 on; the API's defaults are deployment_type managed, cloud aws, region us-east-1
---@field read_capacity? table `{ mode, dedicated }`; from 2026-07 on, before that in spec
---@field cmek_id? string id of the encryption key; from 2026-07 on
---@field [string] pinecone.unknown_field

---Makes an index.
---
---Up to 2026-04 `name` and `spec` are needed, and for dense vectors `dimension`; from 2026-07 on `schema`. Each
---released version takes its own fields and refuses the other's.
---
---`POST /indexes`
---
---Kinds of errors:
--- - `conflict`: another index has the name
--- - `not_found`: there is no such cloud or region
--- - `precondition_failed`: the project cannot have such an index, as with a key of the customer's
--- - `quota_exceeded`: the project has as many indexes as it may have
---
---```lua
---local index = assert(pc:create_index {
---   name = "books", dimension = 3, spec = { serverless = { cloud = "aws", region = "us-east-1" } },
---})
---assert(pc:wait_for_index(index))
---```
---
---[2026-04/control-plane/create_index](https://docs.pinecone.io/reference/api/2026-04/control-plane/create_index)
---@param arguments pinecone.create_index.arguments
---@param options? pinecone.CallOptions
---@return pinecone.Index? # it, not ready yet: `wait_for_index` waits
---@return pinecone.Error # of one of these kinds, or of those that any call may give
function Client:create_index(arguments, options) end

---@class pinecone.describe_index.arguments
---@field index_name string the index; 1 to 45 characters a-z, 0-9 and '-', with a letter or digit at both ends; or under the name `name`
---@field name? string the same as `index_name`
---@field [string] pinecone.unknown_field

---@class pinecone.describe_index.arguments_2
---@field index_name? string the index; 1 to 45 characters a-z, 0-9 and '-', with a letter or digit at both ends; or under the name `name`
---@field name string the same as `index_name`
---@field [string] pinecone.unknown_field

---Answers one index.
---
---`GET /indexes/{index_name}`
---
---Kinds of errors:
--- - `not_found`: there is none with that name
---
---```lua
---local index = assert(pc:describe_index "movies")
---print(index.host, index.status.state)
---```
---
---[2026-04/control-plane/describe_index](https://docs.pinecone.io/reference/api/2026-04/control-plane/describe_index)
---@param arguments pinecone.describe_index.arguments|pinecone.describe_index.arguments_2|string with these fields, or `index_name` alone
---@param options? pinecone.CallOptions
---@return pinecone.Index? # it, as it is now
---@return pinecone.Error # of one of these kinds, or of those that any call may give
function Client:describe_index(arguments, options) end

---Answers all indexes of the project.
---
---There are no pages. The iterator `indexes` gives them one by one.
---
---`GET /indexes`
---
---```lua
---for _, index in ipairs(assert(pc:list_indexes()).indexes) do print(index.name, index.status.state) end
---```
---
---[2026-04/control-plane/list_indexes](https://docs.pinecone.io/reference/api/2026-04/control-plane/list_indexes)
---@param arguments? pinecone.nothing none
---@param options? pinecone.CallOptions
---@return pinecone.IndexList? # all of them
---@return pinecone.Error # of one of these kinds, or of those that any call may give
function Client:list_indexes(arguments, options) end

---@class pinecone.configure_index.arguments
---@field index_name string the index; 1 to 45 characters a-z, 0-9 and '-', with a letter or digit at both ends; or under the name `name`
---@field name? string the same as `index_name`
---@field tags? table<string, string> tags to set; an empty value removes one; keys of 1 to 80 characters A-Z, a-z, 0-9, '_' and '-', values of at most 120 characters A-Z, a-z, 0-9 and ';@_-.+ ' (from 2026-07 on: printable ASCII, and at most 20 tags)
---@field deletion_protection? "enabled"|"disabled" enabled or disabled (the API's default)
---@field spec? table `{ pod = { replicas, pod_type } }` and the like; up to 2026-04
---@field embed? table embedding settings; up to 2026-04
---@field schema? table `{ fields = { ... } }`; from 2026-07 on
---@field deployment? table `{ replicas, pod_type }`; from 2026-07 on
---@field read_capacity? table `{ mode, dedicated }`; from 2026-07 on, before that in spec
---@field [string] pinecone.unknown_field

---@class pinecone.configure_index.arguments_2
---@field index_name? string the index; 1 to 45 characters a-z, 0-9 and '-', with a letter or digit at both ends; or under the name `name`
---@field name string the same as `index_name`
---@field tags? table<string, string> tags to set; an empty value removes one; keys of 1 to 80 characters A-Z, a-z, 0-9, '_' and '-', values of at most 120 characters A-Z, a-z, 0-9 and ';@_-.+ ' (from 2026-07 on: printable ASCII, and at most 20 tags)
---@field deletion_protection? "enabled"|"disabled" enabled or disabled (the API's default)
---@field spec? table `{ pod = { replicas, pod_type } }` and the like; up to 2026-04
---@field embed? table embedding settings; up to 2026-04
---@field schema? table `{ fields = { ... } }`; from 2026-07 on
---@field deployment? table `{ replicas, pod_type }`; from 2026-07 on
---@field read_capacity? table `{ mode, dedicated }`; from 2026-07 on, before that in spec
---@field [string] pinecone.unknown_field

---Changes an index; what is not given stays.
---
---`PATCH /indexes/{index_name}`
---
---Kinds of errors:
--- - `not_found`: there is none with that name
--- - `quota_exceeded`: the project has no room for so many pods
---
---```lua
---local index = assert(pc:configure_index { index_name = "movies", deletion_protection = "enabled" })
---print(index.deletion_protection)
---```
---
---[2026-04/control-plane/configure_index](https://docs.pinecone.io/reference/api/2026-04/control-plane/configure_index)
---@param arguments pinecone.configure_index.arguments|pinecone.configure_index.arguments_2|string with these fields, or `index_name` alone
---@param options? pinecone.CallOptions
---@return pinecone.Index? # it, as it is now
---@return pinecone.Error # of one of these kinds, or of those that any call may give
function Client:configure_index(arguments, options) end

---@class pinecone.delete_index.arguments
---@field index_name string the index; 1 to 45 characters a-z, 0-9 and '-', with a letter or digit at both ends; or under the name `name`
---@field name? string the same as `index_name`
---@field [string] pinecone.unknown_field

---@class pinecone.delete_index.arguments_2
---@field index_name? string the index; 1 to 45 characters a-z, 0-9 and '-', with a letter or digit at both ends; or under the name `name`
---@field name string the same as `index_name`
---@field [string] pinecone.unknown_field

---Deletes an index and its schedules; its backups stay.
---
---`DELETE /indexes/{index_name}`
---
---Kinds of errors:
--- - `not_found`: there is none with that name
--- - `permission_denied`: its deletion protection is enabled
--- - `precondition_failed`: a collection is still being made of it
---
---```lua
---assert(pc:delete_index "movies")
---```
---
---[2026-04/control-plane/delete_index](https://docs.pinecone.io/reference/api/2026-04/control-plane/delete_index)
---@param arguments pinecone.delete_index.arguments|pinecone.delete_index.arguments_2|string with these fields, or `index_name` alone
---@param options? pinecone.CallOptions
---@return boolean? # true
---@return pinecone.Error # of one of these kinds, or of those that any call may give
function Client:delete_index(arguments, options) end

---@class pinecone.describe_index_stats.arguments
---@field index_name? string the index; its host is asked of describe_index and remembered; 1 to 45 characters a-z, 0-9 and '-', with a letter or digit at both ends
---@field host? string the index's host instead, as describe_index answers it
---@field filter? table counts only records that match; pod indexes only
---@field [string] pinecone.unknown_field

---Answers the record counts of an index, from the index itself.
---
---Needs `index_name`, or `host`. The index's host comes from `describe_index`, and is remembered; one with a path or
---a user in it is refused. What was just written may not be counted yet. `timeout` is of each of the two requests.
---
---`POST /describe_index_stats`
---
---Kinds of errors:
--- - `not_found`: there is no such index
---
---```lua
---local stats = assert(pc:describe_index_stats "movies")
---print(stats.totalVectorCount)
---for name, namespace in pairs(stats.namespaces) do print(name, namespace.vectorCount) end
---```
---
---[2025-10/data-plane/describeindexstats](https://docs.pinecone.io/reference/api/2025-10/data-plane/describeindexstats)
---@param arguments pinecone.describe_index_stats.arguments|string with these fields, or `index_name` alone
---@param options? pinecone.CallOptions
---@return pinecone.IndexStats? # the counts, in camelCase, as the data plane spells them
---@return pinecone.Error # of one of these kinds, or of those that any call may give
function Client:describe_index_stats(arguments, options) end

---@class pinecone.request.arguments
---@field path string such as /indexes/movies; an absolute path without control characters, '?' (use query), '#', '\' or segments '.' and '..'
---@field method? "GET"|"POST"|"PUT"|"PATCH"|"DELETE" GET, POST, PUT, PATCH or DELETE; default: `"GET"`
---@field query? table names and their strings, numbers or booleans
---@field body? table what is sent as JSON
---@field host? string an index's host; none: the control plane
---@field api_version? string default 2026-04; a version such as '2026-04', or 'unstable'
---@field [string] pinecone.unknown_field

---Asks for anything that has no method yet.
---
---With the same retries and errors as all others. What is sent with POST or PATCH is never sent twice: where its
---answer is lost the error says `maybe_applied`.
---
---Kinds of errors:
--- - `not_found`: there is no such path, or nothing there
--- - `conflict`: what is to be made is there
--- - `precondition_failed`: something is not ready for it
--- - `quota_exceeded`: there is no room for another one
---
---```lua
---local answer = assert(pc:request { path = "/backups", query = { limit = 10 }, api_version = "2026-07" })
---print(#answer.data)
---```
---
---[2026-04/control-plane](https://docs.pinecone.io/reference/api/2026-04/control-plane)
---@param arguments pinecone.request.arguments|string with these fields, or `path` alone
---@param options? pinecone.CallOptions
---@return table|string|boolean|number? # what was answered as JSON, true where there was no body
---@return pinecone.Error # of one of these kinds, or of those that any call may give
function Client:request(arguments, options) end

---@class pinecone.backups.arguments
---@field index_name? string the index; 1 to 45 characters a-z, 0-9 and '-', with a letter or digit at both ends
---@field limit? integer how many it asks for at once; 100 unless said otherwise; a whole number from 1 to 100 (from 2026-07 on: from 1 to 2147483647)
---@field pagination_token? string pagination.next of the page before
---@field include_deleted? boolean also of deleted indexes that had the name; makes the call speak 2026-07 at least; needs `index_name`
---@field [string] pinecone.unknown_field

---@class pinecone.Pages.Backup: pinecone.Pages
---@overload fun(): pinecone.Backup?
---@field next fun(self): pinecone.Backup?, pinecone.Error
---@field next_page fun(self): pinecone.Backup[]?, pinecone.Error
---@field all fun(self): pinecone.Backup[]?, pinecone.Error

---The backups of an index, or of the whole project, one by one.
---
---As `list_backups`, but page after page. In a `for` loop an error raises. In PUC Lua 5.1 it cannot wait in
---coroutines: call `Pages:next` there.
---
---```lua
---for backup in pc:backups { index_name = "movies" } do print(backup.name, backup.status) end
---```
---
---[2026-04/control-plane/list_project_backups](https://docs.pinecone.io/reference/api/2026-04/control-plane/list_project_backups)
---@param arguments? pinecone.backups.arguments|string with these fields, or `index_name` alone
---@param options? pinecone.CallOptions
---@return pinecone.Pages.Backup
function Client:backups(arguments, options) end

---@class pinecone.restore_jobs.arguments
---@field limit? integer how many it asks for at once; 100 unless said otherwise; a whole number from 1 to 100 (from 2026-07 on: from 1 to 2147483647)
---@field pagination_token? string pagination.next of the page before
---@field [string] pinecone.unknown_field

---@class pinecone.Pages.RestoreJob: pinecone.Pages
---@overload fun(): pinecone.RestoreJob?
---@field next fun(self): pinecone.RestoreJob?, pinecone.Error
---@field next_page fun(self): pinecone.RestoreJob[]?, pinecone.Error
---@field all fun(self): pinecone.RestoreJob[]?, pinecone.Error

---The restore jobs of the project, one by one.
---
---As `list_restore_jobs`, but page after page. In a `for` loop an error raises. In PUC Lua 5.1 it cannot wait in
---coroutines: call `Pages:next` there.
---
---```lua
---for job in pc:restore_jobs() do print(job.target_index_name, job.status) end
---```
---
---[2026-04/control-plane/list_restore_jobs](https://docs.pinecone.io/reference/api/2026-04/control-plane/list_restore_jobs)
---@param arguments? pinecone.restore_jobs.arguments
---@param options? pinecone.CallOptions
---@return pinecone.Pages.RestoreJob
function Client:restore_jobs(arguments, options) end

---@class pinecone.Pages.Collection: pinecone.Pages
---@overload fun(): pinecone.Collection?
---@field next fun(self): pinecone.Collection?, pinecone.Error
---@field next_page fun(self): pinecone.Collection[]?, pinecone.Error
---@field all fun(self): pinecone.Collection[]?, pinecone.Error

---The collections of the project, one by one.
---
---As `list_collections` has them. In a `for` loop an error raises. In PUC Lua 5.1 it cannot wait in coroutines: call
---`Pages:next` there.
---
---```lua
---for collection in pc:collections() do print(collection.name, collection.status) end
---```
---
---[2026-04/control-plane/list_collections](https://docs.pinecone.io/reference/api/2026-04/control-plane/list_collections)
---@param arguments? pinecone.nothing none
---@param options? pinecone.CallOptions
---@return pinecone.Pages.Collection
function Client:collections(arguments, options) end

---@class pinecone.backup_schedules.arguments
---@field index_name string the index; 1 to 45 characters a-z, 0-9 and '-', with a letter or digit at both ends
---@field limit? integer how many it asks for at once; 100 unless said otherwise; a whole number from 1 to 100 (from 2026-07 on: from 1 to 2147483647)
---@field pagination_token? string pagination.next of the page before
---@field [string] pinecone.unknown_field

---@class pinecone.Pages.Schedule: pinecone.Pages
---@overload fun(): pinecone.Schedule?
---@field next fun(self): pinecone.Schedule?, pinecone.Error
---@field next_page fun(self): pinecone.Schedule[]?, pinecone.Error
---@field all fun(self): pinecone.Schedule[]?, pinecone.Error

---The backup schedules of an index, one by one.
---
---As `list_backup_schedules`, but page after page. In a `for` loop an error raises. In PUC Lua 5.1 it cannot wait in
---coroutines: call `Pages:next` there.
---
---```lua
---for schedule in pc:backup_schedules "songs" do print(schedule.name, schedule.enabled) end
---```
---
---[2026-07/control-plane/list_backup_schedules](https://docs.pinecone.io/reference/api/2026-07/control-plane/list_backup_schedules)
---@param arguments pinecone.backup_schedules.arguments|string with these fields, or `index_name` alone
---@param options? pinecone.CallOptions
---@return pinecone.Pages.Schedule
function Client:backup_schedules(arguments, options) end

---@class pinecone.backup_schedule_history.arguments
---@field schedule_id string the schedule's id; a text without control characters, not empty, '.' or '..'
---@field limit? integer how many it asks for at once; 100 unless said otherwise; a whole number from 1 to 100 (from 2026-07 on: from 1 to 2147483647)
---@field pagination_token? string pagination.next of the page before
---@field [string] pinecone.unknown_field

---The backups that a schedule made, one by one.
---
---As `list_backup_schedule_history`, but page after page. In a `for` loop an error raises. In PUC Lua 5.1 it cannot
---wait in coroutines: call `Pages:next` there.
---
---```lua
---for backup in pc:backup_schedule_history(schedule_id) do print(backup.name) end
---```
---
---[2026-07/control-plane/list_backup_schedule_history](https://docs.pinecone.io/reference/api/2026-07/control-plane/list_backup_schedule_history)
---@param arguments pinecone.backup_schedule_history.arguments|string with these fields, or `schedule_id` alone
---@param options? pinecone.CallOptions
---@return pinecone.Pages.Backup
function Client:backup_schedule_history(arguments, options) end

---@class pinecone.Pages.Index: pinecone.Pages
---@overload fun(): pinecone.Index?
---@field next fun(self): pinecone.Index?, pinecone.Error
---@field next_page fun(self): pinecone.Index[]?, pinecone.Error
---@field all fun(self): pinecone.Index[]?, pinecone.Error

---The indexes of the project, one by one.
---
---As `list_indexes` has them. In a `for` loop an error raises. In PUC Lua 5.1 it cannot wait in coroutines: call
---`Pages:next` there.
---
---```lua
---for index in pc:indexes() do print(index.name, index.status.state) end
---```
---
---[2026-04/control-plane/list_indexes](https://docs.pinecone.io/reference/api/2026-04/control-plane/list_indexes)
---@param arguments? pinecone.nothing none
---@param options? pinecone.CallOptions
---@return pinecone.Pages.Index
function Client:indexes(arguments, options) end

---Waits until a backup is Ready.
---
---Looks with `GET /backups/{backup_id}` (control-plane/describe_backup): often at first, then ever more seldom, up to
---every 30 seconds, and not in step with others who wait. Trouble of the network or the service is ridden out for
---five minutes. Statuses that are not known count as not finished.
---
---Kinds of errors:
--- - `failed`: it ended as Failed or InitializationFailed
--- - `timeout`: the time was over before; the backup goes on
--- - `not_found`: there is none with that id
---
---```lua
---local backup = assert(pc:create_backup { index_name = "movies", name = "before-upgrade" })
---backup = assert(pc:wait_for_backup(backup, {
---   timeout = 3600,
---   on_progress = function(seen, elapsed) print(seen.status, ("%.0f s"):format(elapsed)) end,
---}))
---print(backup.record_count)
---```
---
---[2026-04/control-plane/describe_backup](https://docs.pinecone.io/reference/api/2026-04/control-plane/describe_backup)
---@param what string|table its `backup_id`, or a table with that, such as what `create_backup` gave: that one is not found at first then only means that reads lag
---@param options? pinecone.WaitOptions
---@return pinecone.Backup? # it
---@return pinecone.Error # its `resource` is the backup as last seen
function Client:wait_for_backup(what, options) end

---Waits until a restore job is Completed; see `wait_for_backup`.
---
---Looks with `GET /restore-jobs/{job_id}` (control-plane/describe_restore_job). The service sometimes loses sight of
---a job: a 404 is ridden out for a minute, for 10 seconds where the job was never seen. That its index is ready, too,
---is for `wait_for_index` to tell.
---
---Kinds of errors:
--- - `failed`: it ended as Failed or Cancelled
--- - `timeout`: the time was over before; the restore goes on
--- - `not_found`: there is none with that id, and that did not pass
---
---```lua
---local job = assert(pc:wait_for_restore(restore_job_id, { timeout = 6 * 3600 }))
---print(job.target_index_name, job.completed_at)
---```
---
---[2026-04/control-plane/describe_restore_job](https://docs.pinecone.io/reference/api/2026-04/control-plane/describe_restore_job)
---@param what string|table its `restore_job_id`, or a table with that (or `job_id`)
---@param options? pinecone.WaitOptions
---@return pinecone.RestoreJob? # it
---@return pinecone.Error # its `resource` is the job as last seen
function Client:wait_for_restore(what, options) end

---Waits until a collection is Ready; see `wait_for_backup`.
---
---Looks with `GET /collections/{collection_name}` (control-plane/describe_collection).
---
---Kinds of errors:
--- - `failed`: it is being deleted
--- - `timeout`: the time was over before; the collection goes on
--- - `not_found`: there is none with that name
---
---```lua
---print(assert(pc:wait_for_collection "pod-movies-copy").vector_count)
---```
---
---[2026-04/control-plane/describe_collection](https://docs.pinecone.io/reference/api/2026-04/control-plane/describe_collection)
---@param what string|table its name, or a table with `collection_name` or `name`
---@param options? pinecone.WaitOptions
---@return pinecone.Collection? # it
---@return pinecone.Error # its `resource` is the collection as last seen
function Client:wait_for_collection(what, options) end

---Waits until an index is ready; see `wait_for_backup`.
---
---Looks with `GET /indexes/{index_name}` (control-plane/describe_index).
---
---Kinds of errors:
--- - `failed`: it is InitializationFailed, Failed, Disabled or being deleted
--- - `timeout`: the time was over before; the index goes on
--- - `not_found`: there is none with that name
---
---```lua
---print(assert(pc:wait_for_index "movies").status.state)
---```
---
---[2026-04/control-plane/describe_index](https://docs.pinecone.io/reference/api/2026-04/control-plane/describe_index)
---@param what string|table its name, or a table with `index_name` or `name`
---@param options? pinecone.WaitOptions
---@return pinecone.Index? # it
---@return pinecone.Error # its `resource` is the index as last seen
function Client:wait_for_index(what, options) end

---@class pinecone.backup.arguments
---@field index_name string the index
---@field name? string of the backup; default: one that no other has, of the index's name and the time
---@field name_prefix? string what the default name begins with, so that a policy can tell it: up to 20 lower-case letters, digits and hyphens; not beside `name`
---@field description? string any text
---@field wait? boolean false gives the backup while it is Initializing; default: `true`
---@field [string] pinecone.unknown_field

---Makes a backup, waits until it is Ready, and gives it.
---
---`POST /indexes/{index_name}/backups`, then `GET /backups/{backup_id}` now and then.
---
---Kinds of errors:
--- - `failed`: it ended badly
--- - `timeout`: the time was over before; the backup goes on
--- - `not_found`: there is no such index
---
---```lua
---local backup = assert(pc:backup { index_name = "movies", name_prefix = "nightly-" })
---print(backup.name, backup.status, backup.record_count)
---```
---
---[2026-04/control-plane/create_backup](https://docs.pinecone.io/reference/api/2026-04/control-plane/create_backup)
---@param arguments pinecone.backup.arguments|string with these fields, or `index_name` alone
---@param options? pinecone.WaitOptions
---@return pinecone.Backup? # it
---@return pinecone.Error # its `resource` is the backup as last seen, where one was begun; see `create_backup`, too
function Client:backup(arguments, options) end

---@class pinecone.restore.arguments
---@field backup_id? string the backup
---@field index_name? string the index whose backup it is; it may be deleted by now
---@field latest? boolean `true` with `index_name`: the newest that is Ready
---@field name string of the new index
---@field wait? boolean false gives the ids of what was begun; default: `true`
---@field verify? boolean whether the numbers of records and namespaces must be those of the backup; default: true where it waits
---@field verify_grace? number for so many seconds the counts may lag behind; default: `60`
---@field tags? table<string, string> see `create_index_from_backup`
---@field deletion_protection? string see `create_index_from_backup`
---@field read_capacity? table see `create_index_from_backup`
---@field [string] pinecone.unknown_field

---Restores a backup into a new index, waits until it is there, and compares what it holds with the backup.
---
---`POST /backups/{backup_id}/create-index`, then looks at the restore job, at the index and at its counts. The index
---stays, whatever the comparison says. `on_progress` hears of the job, then of the index, also where its counts do
---not agree yet.
---
---Kinds of errors:
--- - `failed`: the job ended badly, or the counts differ; then `differences` has them
--- - `timeout`: the time was over before; the restore goes on
--- - `not_found`: the index has no backup that is Ready, or there is no such backup
--- - `conflict`: another index has the name
--- - `protocol`: the backup does not say its counts; nothing was begun
---
---```lua
---local restored = assert(pc:restore {
---   index_name = "movies", latest = true, name = "movies-restored",
---})
---print(restored.record_count, ("%.0f s"):format(restored.seconds))
---```
---
---[2026-04/control-plane/create_index_from_backup](https://docs.pinecone.io/reference/api/2026-04/control-plane/create_index_from_backup)
---@param arguments pinecone.restore.arguments a backup, by `backup_id` or by `index_name` with `latest`, and
---@param options? pinecone.WaitOptions
---@return pinecone.Restored? # what became of it
---@return pinecone.Error # its `restore` is such a table as far as it is known, where a restore was begun; see `create_index_from_backup`, too
function Client:restore(arguments, options) end

---@class pinecone.drill.arguments
---@field backup_id? string the backup
---@field index_name? string the newest backup of that index that is Ready; it may be deleted by now
---@field latest? boolean may stand beside `index_name`, and says what is so anyway
---@field max_indexes? integer how many serverless and BYOC indexes the project may have. The API does not tell; with this the drill is refused beforehand where there is no room, without it by the server, before anything is made
---@field verify_grace? number for so many seconds the counts may lag behind; default: `60`
---@field announce? fun(index_name: string, backup: pinecone.Backup) is called before the index is made, with the name that it will have and the backup: for whoever wants to know it even where the program is killed
---@field on_deletion? fun(index_name: string, problem: any) is called with the index's name and a problem, where its deletion is not the usual one: before it, with what was raised (such as Ctrl-C, during which a second one leaves the index behind), or after an attempt that failed and is repeated, with the error
---@field [string] pinecone.unknown_field

---Shows that a backup can be restored: restores it into a new index, compares what that holds with the backup, and
---deletes the index again, also where something goes wrong.
---
---The index's name begins with `drill-`. It costs what an index costs, and counts in the project's quota. `timeout`
---is for all but the deletion, for which there are up to 300 seconds more, 5 after Ctrl-C and where `on_progress`
---raises.
---
---Kinds of errors:
--- - `failed`: the restore ended badly, or the counts differ; then `differences` has them
--- - `quota_exceeded`: there is no room for another index
--- - `timeout`: the time was over before
--- - `not_found`: the index has no backup that is Ready, or there is no such backup
---
---```lua
---local drill = assert(pc:drill { index_name = "movies", max_indexes = 20 })
---print(drill.record_count, drill.restore_seconds)
---```
---
---[2026-04/control-plane/create_index_from_backup](https://docs.pinecone.io/reference/api/2026-04/control-plane/create_index_from_backup)
---@param arguments pinecone.drill.arguments|string with one of the first two fields, or `index_name` alone
---@param options? pinecone.WaitOptions
---@return pinecone.Drilled? # what was seen
---@return pinecone.Error # see `restore`; `leftover` is the name of the index where it could not be deleted, or was not seen and may appear yet
function Client:drill(arguments, options) end

---@class pinecone.prune_backups.arguments
---@field policy pinecone.Policy which backups may be touched, and which of them stay
---@field dry_run? boolean `true` deletes nothing; default: `false`
---@field confirm? fun(report: pinecone.PruneReport): boolean? is called with the report, as planned, before anything is deleted; unless it gives `true` nothing is. Not with `dry_run`
---@field index_name? string looks at the backups of the index of that name alone; it may be deleted
---@field limit? integer how many are deleted at once; default: `8`
---@field [string] pinecone.unknown_field

---Deletes the backups that a policy does not keep.
---
---Lists all backups of the project, decides with `pinecone.retention.plan`, by the server's clock, and deletes oldest
---first, several at once: `DELETE /backups/{backup_id}`. Nothing is deleted unless the whole list was read. Where a
---delete fails the others go on; only an error that would hit them all, such as a refused key, or a service that is
---down for eight in a row, ends the deleting, and is the error of the rest. Where a backup was not found when it was
---to be deleted, all are listed once more: it has been removed if it is gone.
---
---```lua
---local report = assert(pc:prune_backups { policy = { name_prefix = "nightly-", keep_daily = 7 } })
---print(#report.removed, "deleted")
---for _, row in ipairs(report.failed) do print(row.backup.name, row.error) end
---```
---
---[2026-04/control-plane/delete_backup](https://docs.pinecone.io/reference/api/2026-04/control-plane/delete_backup)
---@param arguments pinecone.prune_backups.arguments
---@param options? pinecone.CallOptions `timeout` is of each request
---@return pinecone.PruneReport? # what was planned, and what became of it
---@return pinecone.Error # where the backups could not be listed
function Client:prune_backups(arguments, options) end

---@class pinecone.check.arguments
---@field max_age? number how many seconds old the newest Ready backup may be; 25 hours; default: `90000`
---@field warn_age? number the same for a warning; less than `max_age`
---@field require_schedule? boolean wants an enabled backup schedule; default: `false`
---@field index_names? string[] default: every index of the project but pod indexes, which have collections and no backups, those that `drill` makes for a while, and what is deleted meanwhile
---@field filter? fun(index: pinecone.Index): any is called with each index of the project, and gives true for those to look at; not beside `index_names`
---@field limit? integer how many indexes are looked at at once; default: `16`
---@field [string] pinecone.unknown_field

---Tells of each index whether it has a fresh backup.
---
---All indexes are looked at side by side, with two requests each: one for the backups, one for the schedules. Ages
---are by the server's clock.
---
---An index is **critical** where it has no Ready backup, where the newest is older than `max_age`, where its backups
---cannot be listed, and where its schedules have to be known and cannot be read. It is worth a **warning** where
---backups failed since the newest Ready one, where that is older than `warn_age`, where no schedule is enabled though
---one has to be, and where the enabled one should have run more than an hour ago. Else it is **ok**.
---
---A Ready backup that is dated more than an hour in the future is worth a warning, and counts for nothing else. So is
---an index that a drill made more than a day ago; its backups are not looked at.
---
---```lua
---local check = assert(pc:check { max_age = 26 * 3600 })
---for _, index in ipairs(check.indexes) do print(index.verdict, index.index_name, index.reason) end
---print(check.verdict, check.reason)
---```
---
---[2026-04/control-plane/list_project_backups](https://docs.pinecone.io/reference/api/2026-04/control-plane/list_project_backups)
---@param arguments? pinecone.check.arguments
---@param options? pinecone.CallOptions `timeout` is of each request
---@return pinecone.Check? # what was found
---@return pinecone.Error # where the project's indexes cannot be listed
function Client:check(arguments, options) end

---Lets time pass, the way the host of the program waits: others go on meanwhile, in `parallel` and in event loops.
---
---```lua
---pc:sleep(0.1)
---```
---@param seconds number 0 or more
---@return boolean # true
function Client:sleep(seconds) end

---Stops a schedule from running until it is resumed: `update_backup_schedule` with `enabled = false`.
---
---Kinds of errors:
--- - `not_found`: there is none with that id
---
---```lua
---assert(pc:pause_backup_schedule(schedule_id))
---```
---
---[2026-07/control-plane/update_backup_schedule](https://docs.pinecone.io/reference/api/2026-07/control-plane/update_backup_schedule)
---@param schedule string|table its id, or a table with `schedule_id`
---@param options? pinecone.CallOptions
---@return pinecone.Schedule? # it, as it is now
---@return pinecone.Error # see `update_backup_schedule`
function Client:pause_backup_schedule(schedule, options) end

---Lets a schedule run again.
---
---Where it was not enabled Pinecone takes a backup at once, and counts the next run from now.
---
---Kinds of errors:
--- - `not_found`: there is none with that id
--- - `conflict`: another schedule of the index is enabled
--- - `permission_denied`: the plan has no schedules
---
---```lua
---assert(pc:pause_backup_schedule(schedule_id))
---print(assert(pc:resume_backup_schedule(schedule_id)).next_scheduled_run)
---```
---
---[2026-07/control-plane/update_backup_schedule](https://docs.pinecone.io/reference/api/2026-07/control-plane/update_backup_schedule)
---@param schedule string|table its id, or a table with `schedule_id`
---@param options? pinecone.CallOptions
---@return pinecone.Schedule? # it, as it is now
---@return pinecone.Error # see `update_backup_schedule`
function Client:resume_backup_schedule(schedule, options) end

---Ends what is under way, closes the connections and wipes the key.
---
---A call after that gives an error of kind `closed`. Closing it again does nothing. On Lua 5.4 `local pc <close> =
---...` calls it.
---
---```lua
---local other = assert(pinecone.new { api_key = os.getenv "PINECONE_API_KEY" })
---other:close()
---```
function Client:close() end

---A list that comes in pages: what `Client:backups` and its like give.
---
---It asks for the next page while you work on this one, drops rows that come twice because others were deleted
---meanwhile, and ends where the service says so. In a `for` loop an error raises.
---@class pinecone.Pages
local Pages = {}

---Gives the next page, or what `next` has left of the one at hand.
---
---```lua
---local pages = pc:backups()
---local page, err = pages:next_page()
---while page do
---   for _, backup in ipairs(page) do print(backup.name) end
---   page, err = pages:next_page()
---end
---if err then print(err) end
---```
---@return table? # a sequence of items, without those that came before; never an empty one
---@return pinecone.Error # what went wrong; asking again asks for the same page again
function Pages:next_page() end

---Gives the next item.
---
---```lua
---local backup, err = pc:backups("movies"):next()
---print(backup and backup.name or err or "there is none")
---```
---@return table? # the item
---@return pinecone.Error # what went wrong; asking again asks for the same page again
function Pages:next() end

---Gives all that is left, at once.
---
---```lua
---local backups = assert(pc:backups { index_name = "movies" }:all())
---print(#backups)
---```
---@return table? # a sequence of items
---@return pinecone.Error # what went wrong; what came before it is lost
function Pages:all() end

---What time it is on the server's clock, by its last answer: that of the times that it writes into its rows.
---
---```lua
---local pages = pc:backups()
---local backup = pages:next()
---if backup then print(pages:date() - pinecone.timestamp(backup.created_at), "seconds old") end
---```
---@return number? # seconds since 1970, to a second; nil before the first page, and where the answer had no Date
function Pages:date() end

---Ends the iteration and gives up the request that was begun ahead.
---
---What is not closed the garbage collector closes.
---
---```lua
---local pages = pc:backups()
---print(pages:next())
---pages:close()
---```
function Pages:close() end

---What goes wrong at run time: the second value after nil.
---
---`tostring(err)` is a readable line: what failed, on what, why, and the hint on a second one. The API key is in none
---of the fields.
---@class pinecone.Error
---@field kind "invalid_argument"|"unauthenticated"|"permission_denied"|"payment_required"|"quota_exceeded"|"not_found"|"conflict"|"precondition_failed"|"rate_limited"|"server"|"unavailable"|"timeout"|"network"|"tls"|"protocol"|"too_large"|"cancelled"|"closed"|"failed" the word to branch on: `invalid_argument`, `unauthenticated`, `permission_denied`, `payment_required`, `quota_exceeded`, `not_found`, `conflict`, `precondition_failed`, `rate_limited`, `server`, `unavailable`, `timeout`, `network`, `tls`, `protocol`, `too_large`, `cancelled`, `closed` or `failed`
---@field message string what the server said, or what happened
---@field hint? string what to do about it
---@field status? integer HTTP's
---@field code? string the API's own
---@field operation? string the method
---@field target? string what it was about
---@field request_id? string for Pinecone's support
---@field attempts? integer how often it was sent
---@field retry_after? number seconds that the server asks to wait
---@field elapsed? number seconds since the call began
---@field maybe_applied? boolean true where a write may have taken effect although no answer came
---@field resource? table what was waited for, as last seen, where a wait ended without it
---@field restore? pinecone.Restored of `restore` and `drill`: what was begun, as far as it is known
---@field differences? table of these, where the counts differ: `record_count` and `namespace_count`, each with `backup` and `index`
---@field leftover? string of `drill`: the index that is still there
local Error = {}

---A call under way, as a function in the option `wait` of `pinecone.new` sees it.
---
---It is for event loops that the library does not know: step the call until it is finished. Retries and pauses are
---its own.
---@class pinecone.Call
local Call = {}

---Does what can be done without waiting.
---
---```lua
---local client = assert(pinecone.new { wait = function(call) while not call:step() do end end })
---print(#assert(client:list_indexes()).indexes)
---```
---@return boolean # true when the call is finished
function Call:step() end

---Tells what the call waits for, for event loops.
---
---```lua
---local function wait(call)
---   while not call:step() do
---      local milliseconds, descriptor, events = call:interest()
---      print(milliseconds, descriptor, events)
---   end
---end
---print(#assert(assert(pinecone.new { wait = wait }):list_indexes()).indexes)
---```
---@return integer # milliseconds until it wants to be stepped, whatever the descriptors say
---@return integer|string ... descriptors, each followed by `"r"`, `"w"` or `"rw"`
function Call:interest() end

---Gives the call up.
---
---Does nothing to one whose result waits to be taken or is being made, and nothing the second time.
---
---```lua
---local function wait(call) call:cancel() end
---print(assert(pinecone.new { wait = wait }):list_indexes())
---```
function Call:cancel() end

---A copy of an index at one time.
---@class pinecone.Backup
---@field backup_id string
---@field status string `Initializing`, `Ready` or `InitializationFailed` (`Failed` in older documents); in the history of a schedule also `Scheduled`
---@field source_index_name string the index that it was made of
---@field source_index_id string tells indexes apart that had the same name one after the other
---@field cloud string such as `aws`
---@field region string such as `us-east-1`
---@field name? string not unique
---@field description? string
---@field dimension? integer of its vectors; 0 for sparse ones. From 2026-07 on it is read from the schema
---@field metric? string `cosine`, `euclidean` or `dotproduct`. From 2026-07 on it is read from the schema
---@field schema? table `fields` by name, each with `filterable`, or from 2026-07 on with its type and what belongs to it
---@field record_count? integer once it is Ready
---@field namespace_count? integer once it is Ready
---@field size_bytes? integer once it is Ready
---@field tags? table<string, string> those of the index
---@field created_at? string differs by microseconds between what a create gives and what is listed
---@field source_index_deleted_at? string from 2026-07 on, in lists with `include_deleted`
---@field scheduled_execution_at? string in the history of a schedule, of a run to come

---How a restore begins.
---@class pinecone.RestoreStart
---@field restore_job_id string
---@field index_id string of the new index, which an index itself does not tell

---A restore under way, or done.
---@class pinecone.RestoreJob
---@field restore_job_id string
---@field backup_id string
---@field target_index_name string the new index
---@field target_index_id string
---@field status string `Pending`, `Completed`, `Failed` or `Cancelled`
---@field created_at? string
---@field completed_at? string
---@field percent_complete? number 100 or absent; it tells no progress

---A static copy of an index of pods.
---@class pinecone.Collection
---@field name string
---@field status string `Initializing`, `Ready`, `Terminating` or `Terminated`
---@field environment string such as `us-east1-gcp`
---@field size? integer in bytes
---@field dimension? integer
---@field vector_count? integer

---A schedule by which the service makes backups.
---@class pinecone.Schedule
---@field schedule_id string
---@field name string with which the names of its backups begin
---@field index_id string
---@field project_id string
---@field schedule_type string `time-based`
---@field frequency string `daily`, `weekly` or `monthly`
---@field retention_expire_after_days integer
---@field enabled boolean
---@field next_scheduled_run? string none while it is disabled
---@field created_at string

---An index.
---
---Up to 2026-04 it has `metric`, `spec`, `vector_type` and `dimension`, from 2026-07 on `deployment` and `schema`.
---@class pinecone.Index
---@field name string
---@field host string of its records, without a scheme
---@field status pinecone.IndexStatus
---@field metric? string `cosine`, `euclidean` or `dotproduct`
---@field dimension? integer none for sparse vectors
---@field vector_type? string `dense` or `sparse`
---@field spec? table one of `serverless`, `pod` and `byoc`
---@field deployment? table `deployment_type` and what belongs to it
---@field schema? table `fields` by name
---@field deletion_protection? string `enabled` or `disabled`
---@field tags? table<string, string>
---@field embed? table the embedding model
---@field private_host? string
---@field read_capacity? table
---@field source_collection? string
---@field source_backup_id? string
---@field cmek_id? string the customer's key

---How an index is.
---@class pinecone.IndexStatus
---@field ready boolean
---@field state string `Initializing`, `Ready`, `Terminating` and others

---How many records an index has.
---
---Camel case is the data plane's.
---@class pinecone.IndexStats
---@field namespaces? table<string, pinecone.NamespaceStats> by name; the default one is `""`
---@field totalVectorCount? integer
---@field dimension? integer
---@field indexFullness? number of pods
---@field metric? string
---@field vectorType? string
---@field memory_fullness? number in 2025-10 and 2026-04
---@field storage_fullness? number in 2025-10 and 2026-04
---@field memoryFullness? number from 2026-07 on
---@field storageFullness? number from 2026-07 on

---How many records a namespace has.
---@class pinecone.NamespaceStats
---@field vectorCount integer

---A page of backups.
---@class pinecone.BackupPage
---@field data pinecone.Backup[]
---@field pagination? pinecone.Pagination none on the last page

---A page of restore jobs.
---@class pinecone.RestoreJobPage
---@field data pinecone.RestoreJob[]
---@field pagination? pinecone.Pagination none on the last page

---A page of schedules.
---@class pinecone.SchedulePage
---@field data pinecone.Schedule[]
---@field pagination? pinecone.Pagination none on the last page

---Where a list goes on.
---@class pinecone.Pagination
---@field next string what to give as `pagination_token`

---All collections.
---@class pinecone.CollectionList
---@field collections pinecone.Collection[]

---All indexes.
---@class pinecone.IndexList
---@field indexes pinecone.Index[]

---Backs up and restores Pinecone indexes.
---
---Times are seconds.
---@class pinecone
---@field _VERSION string
---@field retention pinecone.retention
local pinecone = {}

---@class pinecone.new.options
---@field api_key? string default: the environment's `PINECONE_API_KEY`
---@field host? string the control plane; default: `PINECONE_CONTROLLER_HOST`, else `https://api.pinecone.io`. Plain http is only for this machine's loopback, unless there is `allow_http`
---@field environment? string asks the legacy controller of pod projects in that environment, `https://controller.{environment}.pinecone.io` unless there is a `host`. It has only the four operations of collections and knows no `api_version`; `request` gives what it answers as it is
---@field api_version? string the version that every call speaks; default: `2026-04`, and `2026-07` for schedules
---@field timeout? number seconds for a whole call; default: `60`
---@field connect_timeout? number seconds for making a connection; default: `10`
---@field max_retries? integer how often a request is sent again that may go well the next time; never a create that may have taken effect, which is looked for instead; default: `3`
---@field retry_delay? number seconds before the first time, at most; it doubles up to 30, and each pause is a random part of it, after what Retry-After asks for; default: `0.5`
---@field settle_grace? number for how many seconds a list may not yet show what a lost answer spoke of; default: `10`
---@field max_connections? integer calls under way at once; further ones wait for their turn; default: `64`
---@field max_response_bytes? integer the largest answer that is read, in bytes; 64 MiB; default: `67108864`
---@field proxy? string default: the environment's, as curl reads it, but never for loopback
---@field no_proxy? string hosts asked without a proxy, with commas between
---@field ca_file? string a file of trusted certificates instead of the system's
---@field ca_path? string a folder of them
---@field allow_http? boolean lets the key go over plain http to other machines. An index whose host has no scheme is then asked as the control plane is; default: `false`
---@field headers? table names and values to add to every request
---@field source_tag? string names your product in the User-Agent
---@field wait? "openresty"|"cqueues"|"copas"|"luv"|"blocking"|fun(call: pinecone.Call) where calls wait: `"openresty"`, `"cqueues"`, `"copas"`, `"luv"` or `"blocking"`; default: wherever the program is at each call. For a loop of your own, a function: `wait(call)` steps a call until `call:step()` is true
---@field on_request? fun(attempt: table) is called after each attempt of a call with a table: `operation`, `method`, `path`, `attempt` (1, 2, ...), `seconds`; `status` and `request_id`, or `kind` where no answer came. Where `wait` is a function it is called when the call is done. What goes wrong in it is written to stderr. `PINECONE_DEBUG=1` in the environment writes one such line to stderr for every attempt
---@field json? table another JSON library: `{ decode =, encode =, null = }`
---@field [string] pinecone.unknown_field

---Makes a client.
---
---A client may be used by many coroutines at once, and keeps its connections open between calls.
---
---Kinds of errors:
--- - `unauthenticated`: there is no key
--- - `invalid_argument`: a value is not good
---
---```lua
---local pc = assert(pinecone.new { timeout = 30, source_tag = "my-product" })
---```
---@param options? pinecone.new.options
---@return pinecone.Client? # it; nothing has been sent yet
---@return pinecone.Error # why there is none
function pinecone.new(options) end

---The standard `assert`, for every Lua: 5.1 and 5.2 refuse to raise a table with theirs.
---
---```lua
---local backup = pinecone.assert(pc:describe_backup(backup_id))
---print(backup.name)
---```
---@generic T
---@param value? T
---@param err? any
---@return T
function pinecone.assert(value, err) end

---@class pinecone.parallel.options
---@field limit? integer how many are under way at once; default: `64`
---@field [string] pinecone.unknown_field

---Does many tasks at once, in any program: as coroutines of a plain script, whose calls wait together; as light
---threads in OpenResty; in the loop of cqueues, copas or luv.
---
---Comes back when all of them are done, whatever went wrong in some. A task may call `parallel` itself. In PUC Lua
---5.1 a task cannot wait in the iterator of a for loop: there `pages:next()` stands for a `for`. Within a copas
---before 2.0, which does not tell that it runs, it blocks.
---
---```lua
---local names, tasks = { "movies", "docs-example" }, {}
---for i, name in ipairs(names) do
---   tasks[i] = function() return pc:create_backup { index_name = name, name = "nightly" } end
---end
---local backups, problems = pinecone.parallel(tasks, { limit = 16 })
---for i, name in ipairs(names) do print(name, backups[i] and backups[i].status or problems[i]) end
---```
---@param tasks (fun(): any, any)[]
---@param options? pinecone.parallel.options
---@return table # what each task gave first, at its place
---@return table? # nil where all went well; else the errors, each at the place of its task: the second value of a task whose first one is nil or false, or what it raised
function pinecone.parallel(tasks, options) end

---Whether an index is one to back up: not one in pods, which has collections and no backups, nor one that `drill` has
---made for a while.
---
---```lua
---for index in pc:indexes() do
---   if pinecone.wants_backup(index) then assert(pc:backup(index.name)) end
---end
---```
---@param index pinecone.Index as `list_indexes` or `describe_index` gives it
---@return boolean
---@return string? # why not: `pods` or `drill`
function pinecone.wants_backup(index) end

---Writes what `Client:check` found as Prometheus reads it, in its text format 0.0.4.
---
---Put it into a file for the node exporter's textfile collector, or answer it from a web server as `text/plain;
---version=0.0.4`. Names are Velero's where there is such a thing; each has the label `index`. What is not known of an
---index is left out.
---
---- `pinecone_backup_last_successful_timestamp`, `pinecone_backup_records`, `pinecone_backup_size_bytes`: of the
---newest Ready backup
---- `pinecone_backup_last_status`: 1 where the newest backup that is finished is Ready, 0 where it failed
---- `pinecone_backup_failures_since_success`, `pinecone_backup_running`: how many
---- `pinecone_schedule_enabled`: 1 or 0; `pinecone_schedule_next_run_timestamp`,
---`pinecone_schedule_expected_interval_seconds`: of the enabled schedule; a month counts as 31 days
---- `pinecone_backup_check_status`: 0 ok, 1 warning, 2 critical
---- `pinecone_backup_check_timestamp`: of the check itself, without a label
---
---All are gauges. Velero's `backup_duration_seconds` is not among them: the API does not tell when a backup was done.
---
---```lua
---io.write(pinecone.metrics(assert(pc:check())))
---```
---@param check pinecone.Check what `Client:check` gave
---@return string # the text
function pinecone.metrics(check) end

---Turns a time of the API into seconds since 1970.
---
---Kinds of errors:
--- - `invalid_argument`: it is no such time
---
---```lua
---print(pinecone.timestamp "2025-05-15T00:52:10.809354Z")
---```
---@param text string RFC 3339: 0 to 9 digits of fraction, `Z` or an offset
---@return number? # seconds; an integer where Lua has them and there is no fraction
---@return pinecone.Error # what is wrong with it
function pinecone.timestamp(text) end

return pinecone
