-- The contract of 2026-07, for which there is no OpenAPI file here: appendix A of ../shared/api/contract.md as tables,
-- with the statuses of its sections 1.2 and 4 to 7. The comments name the parts of the appendix.

local contract = require "support.contract"

local JSON = "application/json"

-- Schemas -----------------------------------------------------------------------------------------------------------

local function with(schema, more)
   local copy = {}
   for _, source in ipairs { schema, more } do
      for key, value in pairs(source) do
         copy[key] = value
      end
   end
   return copy
end

local function nullable(schema)
   return with(schema, { nullable = true })
end

-- An object with properties that must be there and properties that may.
local function object(required, optional, more)
   local names = {}
   for name in pairs(required) do
      names[#names + 1] = name
   end
   return with({ type = "object", required = names, properties = with(required, optional or {}) }, more or {})
end

local CLOSED = { additionalProperties = false }

local function closed(required, optional)
   return object(required, optional, CLOSED)
end

local function array(items)
   return { type = "array", items = items }
end

local function map(values)
   return { type = "object", additionalProperties = values }
end

-- A string with values that are known, though others may come.
local function open(...)
   return { type = "string", ["x-enum"] = { ... } }
end

local function only(value)
   return { type = "string", enum = { value } }
end

local function integer(least, most)
   return { type = "integer", format = "int32", minimum = least, maximum = most }
end

local text, boolean = { type = "string" }, { type = "boolean" }
local int64, float = { type = "integer", format = "int64" }, { type = "number", format = "float" }
local time = { type = "string", format = "date-time" }
local any_object = { type = "object" }
local name_1_45 = { type = "string", minLength = 1, maxLength = 45 }
local tags = nullable(map(text))
local metric = open("cosine", "euclidean", "dotproduct")
local deletion_protection = open("disabled", "enabled")
local description = nullable { type = "string", maxLength = 256 }
local pagination = nullable(object { next = text })

-- A2.1
local managed = { deployment_type = only "managed", cloud = open("gcp", "aws", "azure"), region = text }
local byoc = closed { deployment_type = only "byoc", environment = text }
local index_deployment = {
   discriminator = {
      propertyName = "deployment_type",
      mapping = {
         managed = closed(managed, { environment = text }),
         byoc = byoc,
         pod = closed({ deployment_type = only "pod", environment = text, pod_type = text },
            { replicas = integer(1), shards = integer(1) }),
      },
   },
}
local new_deployment = {
   discriminator = { propertyName = "deployment_type", mapping = { managed = closed(managed), byoc = byoc } },
}

-- A3
local full_text_search = object({ language = text, stemming = boolean, stop_words = boolean },
   { ngram = object { min_gram = integer(), max_gram = integer(), prefix_only = boolean } })

local function plain_field(word)
   return object({ type = only(word) }, { filterable = boolean, description = description })
end

local dense_vector = object({ type = only "dense_vector", dimension = integer(1, 20000), metric = metric },
   { description = description })
local sparse_vector = object({ type = only "sparse_vector" }, { description = description })
local schema_field = {
   oneOf = {
      dense_vector, sparse_vector,
      object({ type = only "semantic_text", model = text }, {
         dimension = nullable(integer()), metric = metric, description = description,
         write_parameters = nullable(any_object), read_parameters = nullable(any_object),
      }),
      object({ type = only "string" },
         { full_text_search = full_text_search, filterable = boolean, description = description }),
      plain_field "string_list", plain_field "float", plain_field "integer", plain_field "boolean",
      closed { filterable = boolean },
   },
}
local index_schema = object { fields = map(schema_field) }

-- A4
local manual = object { replicas = integer(0), shards = integer(1) }
local dedicated = object { node_type = text, scaling = text, manual = manual }
local on_demand = closed { mode = only "OnDemand" }

local function read_capacity_of(mapping)
   return { discriminator = { propertyName = "mode", mapping = mapping } }
end

local read_capacity = read_capacity_of {
   OnDemand = on_demand,
   Dedicated = object { mode = only "Dedicated", dedicated = dedicated },
}
local read_capacity_status = object({ state = open("Ready", "Scaling", "Migrating", "Error") }, {
   current_replicas = nullable(integer()), current_shards = nullable(integer()), error_message = text,
})
local read_capacity_response = read_capacity_of {
   OnDemand = closed { mode = only "OnDemand", status = read_capacity_status },
   Dedicated = closed { mode = only "Dedicated", dedicated = dedicated, status = read_capacity_status },
}
local read_capacity_patch = read_capacity_of {
   OnDemand = on_demand,
   Dedicated = object {
      mode = only "Dedicated",
      dedicated = object({}, {
         node_type = text, scaling = text, manual = object({}, { replicas = integer(0), shards = integer(1) }),
      }),
   },
}

-- A2
local index_model = object({
   name = name_1_45, host = text, deployment = index_deployment, schema = index_schema,
   status = object {
      ready = boolean,
      state = open("Initializing", "InitializationFailed", "Failed", "ScalingUp", "ScalingDown", "ScalingUpPodSize",
         "Terminating", "Ready", "Disabled"),
   },
   deletion_protection = deletion_protection,
}, {
   private_host = text, read_capacity = read_capacity_response, source_collection = text,
   source_backup_id = text, cmek_id = text, tags = tags,
})
local index_list = object({}, { indexes = array(index_model) })

-- A5
local ngram = closed({ min_gram = integer(1, 10), max_gram = integer(1, 10) }, { prefix_only = boolean })
local text_field = closed({
   type = only "string",
   full_text_search = closed({}, { language = text, stemming = boolean, stop_words = boolean, ngram = ngram }),
}, { filterable = boolean, description = description })
local new_fields = with(map { oneOf = { dense_vector, sparse_vector, text_field } }, { minProperties = 1 })
local create_index_request = closed({ schema = object { fields = new_fields } }, {
   name = name_1_45, deployment = new_deployment, cmek_id = text, read_capacity = read_capacity, tags = tags,
   deletion_protection = deletion_protection,
})
local filterable_field = object { filterable = { type = "boolean", enum = { true } } }
local create_index_for_model_request = object({
   name = name_1_45, cloud = open("gcp", "aws", "azure"), region = text,
   embed = object({ model = text, field_map = any_object },
      { metric = metric, dimension = integer(), read_parameters = any_object, write_parameters = any_object }),
}, {
   deletion_protection = deletion_protection, tags = tags, read_capacity = read_capacity,
   schema = object({}, { fields = with(map(filterable_field), { maxProperties = 50 }) }),
})

-- A6
local semantic_text_patch = object({ type = only "semantic_text" },
   { model = text, write_parameters = any_object, read_parameters = any_object })
local configure_index_request = closed({}, {
   deployment = closed({}, { replicas = integer(1), pod_type = text }),
   schema = object { fields = with(map(semantic_text_patch), { minProperties = 1, maxProperties = 1 }) },
   read_capacity = read_capacity_patch, tags = tags, deletion_protection = deletion_protection,
})

-- A7
local create_backup_request = object({}, { name = name_1_45, description = text })
local backup_model = object({
   backup_id = text, source_index_name = text, source_index_id = text,
   status = open("Initializing", "Ready", "InitializationFailed"), cloud = text, region = text,
}, {
   source_index_deleted_at = time, name = text, description = text, schema = index_schema,
   record_count = int64, namespace_count = int64, size_bytes = int64, tags = tags, created_at = time,
})
local backup_list = object({}, { data = array(backup_model), pagination = pagination })

-- A8
local create_index_from_backup_request = object({ name = name_1_45 },
   { tags = tags, deletion_protection = deletion_protection, read_capacity = read_capacity })
local create_index_from_backup_response = object { restore_job_id = text, index_id = text }
local restore_job_model = object({
   restore_job_id = text, backup_id = text, target_index_name = text, target_index_id = text,
   status = open("Pending", "Completed", "Failed", "Cancelled"), created_at = nullable(time),
}, { completed_at = nullable(time), percent_complete = integer(0, 100) })
local restore_job_list = object({ data = array(restore_job_model) }, { pagination = pagination })

-- A9
local frequency = open("daily", "weekly", "monthly")
local retention = object { expire_after_days = integer(1) }
local create_backup_schedule_request = object {
   name = text, schedule = object { type = open "time-based", frequency = frequency }, retention = retention,
}
local update_backup_schedule_request = object({},
   { frequency = frequency, retention = retention, enabled = boolean })
local backup_schedule_response = object {
   schedule_id = text, name = text, index_id = text, project_id = text, schedule_type = open "time-based",
   frequency = frequency, retention_expire_after_days = integer(1), enabled = boolean,
   next_scheduled_run = nullable(time), created_at = time,
}
local backup_schedule_list = object({ data = array(backup_schedule_response) }, { pagination = pagination })
local history_item = object({
   backup_id = text, source_index_id = text, source_index_name = text, name = text,
   status = open("Scheduled", "Initializing", "Ready", "InitializationFailed"), cloud = text, region = text,
   created_at = time,
}, {
   tags = tags, description = nullable(text), schema = nullable(index_schema), record_count = nullable(int64),
   namespace_count = nullable(int64), size_bytes = nullable(int64), scheduled_execution_at = time,
})
local history_list = object({ data = array(history_item) }, { pagination = pagination })

-- A10
local create_collection_request = object { name = name_1_45, source = text }
local collection_model = object({
   name = text, status = open("Initializing", "Ready", "Terminating", "Terminated"), environment = text,
}, { size = int64, dimension = integer(1, 20000), vector_count = integer() })
local collection_list = object({}, { collections = array(collection_model) })

-- A11
local error_response = object {
   status = { type = "integer" },
   error = object({
      code = open("OK", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND", "ALREADY_EXISTS",
         "PERMISSION_DENIED", "UNAUTHENTICATED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION", "ABORTED",
         "OUT_OF_RANGE", "INTERNAL", "FORBIDDEN", "PAYMENT_REQUIRED", "SERVICE_UNAVAILABLE", "PAYLOAD_TOO_LARGE",
         "UNPROCESSABLE_ENTITY"),
      message = text,
   }, { details = any_object }),
}

-- A12
local stats_request = object({}, { filter = any_object })
local stats = object({}, {
   namespaces = map(object({}, { vectorCount = int64 })), dimension = int64, indexFullness = float,
   totalVectorCount = int64, metric = text, vectorType = text, memoryFullness = float, storageFullness = float,
})
local data_error = object({}, {
   code = integer(), message = text, details = array(object({}, { typeUrl = text, value = text })),
})

-- Operations --------------------------------------------------------------------------------------------------------

local page = {
   limit = { schema = { type = "integer" } },
   paginationToken = { schema = text },
}
local page_with_deleted = with(page, { include_deleted = { schema = boolean } })
local headers = { ["x-pinecone-api-version"] = { schema = text, required = true } }

local function answer(schema)
   return { media_type = JSON, schema = schema }
end

local refused, without_body = answer(error_response), {}
local unauthorized = { media_type = "text/plain", schema = only "Invalid API key" }

local function responses_of(success, promised, refusals)
   local responses = { [success] = promised, ["401"] = unauthorized, ["500"] = refused }
   for status in refusals:gmatch "%d+" do
      responses[status] = refused
   end
   return responses
end

-- 401 and 500 are everyone's.
local function operation(name, method, template, success, promised, refusals, more)
   return with({
      name = name, method = method, template = template, query = {}, headers = headers,
      responses = responses_of(success, promised, refusals or ""),
   }, more or {})
end

local function takes(schema)
   return { body = { schema = schema, required = true } }
end

local pages, pages_with_deleted = { query = page }, { query = page_with_deleted }

local indexes = {
   operation("list_indexes", "GET", "/indexes", "200", answer(index_list)),
   operation("create_index", "POST", "/indexes", "201", answer(index_model), "400 402 403 404 409 412 422",
      takes(create_index_request)),
   operation("create_index_for_model", "POST", "/indexes/create-for-model", "201", answer(index_model),
      "400 402 403 404 409 422", takes(create_index_for_model_request)),
   operation("describe_index", "GET", "/indexes/{index_name}", "200", answer(index_model), "404"),
   operation("configure_index", "PATCH", "/indexes/{index_name}", "200", answer(index_model), "400 403 404 422",
      takes(configure_index_request)),
   operation("delete_index", "DELETE", "/indexes/{index_name}", "202", without_body, "403 404 412"),
}

local backups = {
   operation("create_backup", "POST", "/indexes/{index_name}/backups", "200", answer(backup_model), "400 403 422",
      takes(create_backup_request)),
   operation("list_index_backups", "GET", "/indexes/{index_name}/backups", "200", answer(backup_list), "400 403 404",
      pages_with_deleted),
   operation("list_project_backups", "GET", "/backups", "200", answer(backup_list), "400 403", pages),
   operation("describe_backup", "GET", "/backups/{backup_id}", "200", answer(backup_model), "403 404"),
   operation("delete_backup", "DELETE", "/backups/{backup_id}", "202", without_body, "403 404"),
   operation("create_index_from_backup_operation", "POST", "/backups/{backup_id}/create-index", "202",
      answer(create_index_from_backup_response), "400 402 403 404 409 412 422",
      takes(create_index_from_backup_request)),
   operation("list_restore_jobs", "GET", "/restore-jobs", "200", answer(restore_job_list), "400 403", pages),
   operation("describe_restore_job", "GET", "/restore-jobs/{job_id}", "200", answer(restore_job_model), "403 404"),
}

local schedules = {
   operation("create_backup_schedule", "POST", "/indexes/{index_name}/backup-schedules", "200",
      answer(backup_schedule_response), "400 402 403 404 409 422", takes(create_backup_schedule_request)),
   operation("list_backup_schedules", "GET", "/indexes/{index_name}/backup-schedules", "200",
      answer(backup_schedule_list), "400 403 404", pages),
   operation("describe_backup_schedule", "GET", "/backup-schedules/{schedule_id}", "200",
      answer(backup_schedule_response), "403 404"),
   operation("update_backup_schedule", "PATCH", "/backup-schedules/{schedule_id}", "200",
      answer(backup_schedule_response), "400 403 404 409 422", takes(update_backup_schedule_request)),
   operation("delete_backup_schedule", "DELETE", "/backup-schedules/{schedule_id}", "204", without_body, "403 404"),
   operation("list_backup_schedule_history", "GET", "/backup-schedules/{schedule_id}/history", "200",
      answer(history_list), "400 403 404", pages),
}

local collections = {
   operation("list_collections", "GET", "/collections", "200", answer(collection_list)),
   operation("create_collection", "POST", "/collections", "201", answer(collection_model), "400 402 403 404 409 422",
      takes(create_collection_request)),
   operation("describe_collection", "GET", "/collections/{collection_name}", "200", answer(collection_model), "404"),
   operation("delete_collection", "DELETE", "/collections/{collection_name}", "202", without_body, "400 404"),
}

local data_plane = {
   {
      name = "describeIndexStats", method = "POST", template = "/describe_index_stats", query = {}, headers = headers,
      body = { schema = stats_request, required = true },
      responses = {
         ["200"] = answer(stats), ["401"] = { media_type = "text/plain", schema = text },
         ["4XX"] = answer(data_error), ["5XX"] = answer(data_error),
      },
   },
}

local function all(...)
   local listed = {}
   for _, group in ipairs { ... } do
      for _, one in ipairs(group) do
         listed[#listed + 1] = with(one, {})
      end
   end
   return listed
end

local function with_json_401(operations)
   for _, one in ipairs(operations) do
      one.responses = with(one.responses, { ["401"] = refused })
   end
   return operations
end

return {
   --- The control plane of 2026-07.
   control = contract.new(all(indexes, backups, schedules, collections)),
   --- What is known of the data plane of 2026-07: the counts.
   data = contract.new(all(data_plane)),
   --- What is known of `unstable`: schedules, with the bodies of 2026-07 (section 5). Its pages belong to those of
   -- 2026-04, where a 401 was JSON (section 2.1).
   unstable = contract.new(with_json_401(all(schedules)), true),
}
