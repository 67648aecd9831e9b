--- Everything that the emulator refuses, as data: the kind decides status and
-- codes, the template the message.
-- @module pinecone.emulator.failure

local kinds = {
   invalid_argument = { status = 400, code = "INVALID_ARGUMENT", number = 3 },
   unauthenticated = { status = 401, code = "UNAUTHENTICATED", number = 16 },
   forbidden = { status = 403, code = "FORBIDDEN", number = 7 },
   over_quota = { status = 403, code = "FORBIDDEN", number = 8 },
   permission_denied = { status = 403, code = "PERMISSION_DENIED", number = 7 },
   not_found = { status = 404, code = "NOT_FOUND", number = 5 },
   wrong_method = { status = 405, code = "UNIMPLEMENTED", newest_code = "INVALID_ARGUMENT", number = 12 },
   already_exists = { status = 409, code = "ALREADY_EXISTS", number = 6 },
   failed_precondition = { status = 412, code = "FAILED_PRECONDITION", number = 9 },
   payment_required = { status = 402, code = "PAYMENT_REQUIRED", number = 9 },
   too_large = { status = 413, code = "OUT_OF_RANGE", newest_code = "PAYLOAD_TOO_LARGE", number = 8 },
   unprocessable = { status = 422, code = "UNPROCESSABLE_ENTITY", number = 3 },
   internal = { status = 500, code = "UNKNOWN", number = 13 },
}

local RESOURCE_NAME = " must be 1-45 characters long, contain only lowercase "
   .. "alphanumeric characters or hyphens, and must not begin or end with a hyphen."

local catalogue = {
   invalid_request = { "invalid_argument",
      "Bad request. The request body included invalid request parameters. %s" },
   invalid_index_name = { "invalid_argument", "Index name" .. RESOURCE_NAME },
   invalid_backup_name = { "invalid_argument", "Backup name" .. RESOURCE_NAME },
   invalid_collection_name = { "invalid_argument", "Collection name" .. RESOURCE_NAME },
   invalid_tags = { "invalid_argument", "Invalid tags: %s" },
   invalid_limit = { "invalid_argument", "Invalid limit: must be an integer %s." },
   invalid_flag = { "invalid_argument", "Invalid %s: must be true or false." },
   unknown_version = { "invalid_argument", "Unknown API version %s. "
      .. "Known are 2025-04, 2025-10, 2026-04, 2026-07 and unstable." },
   no_pods_created = { "invalid_argument", "Pod indexes cannot be created in this API version." },
   no_index_from_source = { "invalid_argument",
      "Creating an index from collection or backup is not yet supported" },
   invalid_token = { "invalid_argument", "Invalid pagination token." },
   invalid_encoding = { "invalid_argument", "Invalid percent-encoding in the request target." },
   invalid_api_key = { "unauthenticated", "Invalid API key." },
   invalid_retention = { "invalid_argument",
      "Invalid retention: expire_after_days must be between 1 and %d." },
   invalid_frequency = { "invalid_argument",
      "Invalid frequency %s: must be one of daily, weekly, monthly." },
   invalid_vectors = { "invalid_argument", "%s" },
   backups_of_pods = { "invalid_argument", "Backups from pod indexes are not supported" },
   backups_of_encrypted = { "invalid_argument",
      "Backups from indexes with customer-managed encryption keys are not supported" },
   schedules_of_encrypted = { "invalid_argument", "Backup schedules for indexes with "
      .. "customer-managed encryption keys are not supported" },
   schedules_of_pods = { "invalid_argument",
      "Backup schedules for pod indexes are not supported" },
   collection_of_serverless = { "invalid_argument",
      "Cannot create collections from serverless indexes" },
   collection_not_ready = { "invalid_argument", "Source collection %s is not ready." },

   backup_quota = { "over_quota", "Increase your quota or upgrade to create more backups." },
   index_quota = { "over_quota", "Increase your quota or upgrade to create more indexes." },
   schedule_quota = { "over_quota",
      "Increase your quota or upgrade to create more backup schedules." },
   collection_quota = { "over_quota", "Collection exceeds quota. "
      .. "Maximum allowed on your account is %d. Currently have %d." },
   deletion_protected = { "forbidden", "Deletion protection is enabled for this index. "
      .. "Disable deletion protection before retrying." },
   plan_without_backups = { "permission_denied", "Your organization's plan does not "
      .. "include backups. Upgrade your plan to create backups." },
   operation_denied = { "permission_denied", "Access denied: Permission control::%s is required" },
   plan_without_schedules = { "permission_denied",
      "Scheduled backups are not available for your plan" },

   past_due = { "payment_required", "Request failed. Pay all past due invoices to lift "
      .. "restrictions on your account." },

   index_not_found = { "not_found", "Index %s not found." },
   backup_not_found = { "not_found", "Backup %s not found." },
   restore_job_not_found = { "not_found", "Restore job %s not found." },
   schedule_not_found = { "not_found", "Backup schedule not found." },
   collection_not_found = { "not_found", "Collection %s not found." },
   model_not_found = { "not_found", "Model %s not found." },
   region_not_found = { "not_found", "Resource cloud: %s region: %s not found." },
   path_not_found = { "not_found", "Path %s not found." },
   method_not_allowed = { "wrong_method", "Method %s is not allowed for path %s." },

   already_exists = { "already_exists", "Resource already exists." },
   schedule_enabled = { "already_exists", "This index already has an enabled backup "
      .. "schedule. Disable or delete it first." },

   backup_not_ready = { "failed_precondition", "Backup %s is not completed" },
   pending_restore = { "failed_precondition", "Unable to delete backup. "
      .. "There are pending restore jobs for this backup: [%s]" },
   pending_collections = { "failed_precondition", "Unable to delete an index. "
      .. "There are pending collections for this index: [%s]" },

   pending_backup = { "failed_precondition", "Unable to delete an index. "
      .. "There are pending backups for this index: [%s]" },
   backup_initializing = { "failed_precondition", "Unable to delete backup. It is being made." },
   encrypted_text_search = { "failed_precondition", "Index creation failed. Indexes with "
      .. "full_text_search fields are not supported in CMEK-encrypted projects" },

   body_too_large = { "too_large", "The request body is larger than %d bytes." },
   unreadable_body = { "unprocessable",
      "Failed to deserialize the JSON body into the target type: %s at line 1 column %d" },
   internal_error = { "internal", "Internal server error" },
}

local Failure = {}
Failure.__index = Failure
Failure.__tostring = function(self) return self.message end

--- Makes a failure: `failure("index_not_found", name)`.
-- @function failure
-- @tparam string name a row of the catalogue
-- @param ... what the row's template asks for
-- @treturn table with `name`, `arguments`, `kind`, `message`, `status`, `code`
--   (Pinecone's word), `newest_code` (in 2026-07, where it is another) and
--   `number` (gRPC's code)
local function new(_, name, ...)
   local row = catalogue[name] or error("no such failure: " .. tostring(name), 2)
   local kind = kinds[row[1]]
   return setmetatable({
      name = name, arguments = { ... }, kind = row[1], message = row[2]:format(...),
      status = kind.status, code = kind.code, newest_code = kind.newest_code, number = kind.number,
   }, Failure)
end

return setmetatable({
   --- Whether there is a failure of this name.
   exists = function(name) return catalogue[name] ~= nil end,
}, { __call = new })
