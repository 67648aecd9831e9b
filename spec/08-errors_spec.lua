-- What comes back when something goes wrong.

local pinecone = require "pinecone"
local expect = require "support.expect"
local process = require "support.process"
local service = require "support.service"

local KEY = service.api_key
local JSON = { ["content-type"] = "application/json", ["x-pinecone-request-id"] = "request-1" }
local TEXT = { ["content-type"] = "text/plain", ["x-pinecone-request-id"] = "request-1" }
local HTML = { ["content-type"] = "text/html; charset=utf-8" }

local emulator, pc, movies

setup(function()
   emulator = service.start()
   pc = service.client(emulator, { max_retries = 0 })
   movies = service.serverless(pc, "movies")
end)

teardown(function()
   emulator:stop()
end)

before_each(function()
   emulator:clear_faults()
   emulator:clear_requests()
end)

-- A call of every operation, under the emulator's name for it. The backup has no name by which it could be found when
-- its answer is lost.
local calls = {
   create_backup = { "create_backup", { index_name = "movies", description = "nightly" }, "movies" },
   describe_backup = { "describe_backup", "b-1", "b-1" },
   list_index_backups = { "list_backups", { index_name = "movies" }, "movies" },
   list_project_backups = { "list_backups", {} },
   delete_backup = { "delete_backup", "b-1", "b-1" },
   create_index_from_backup = { "create_index_from_backup", { backup_id = "b-1", name = "restored" }, "b-1" },
   describe_restore_job = { "describe_restore_job", "j-1", "j-1" },
   list_restore_jobs = { "list_restore_jobs", {} },
   create_collection = { "create_collection", { name = "films", source = "movies" }, "films" },
   describe_collection = { "describe_collection", "films", "films" },
   list_collections = { "list_collections", {} },
   delete_collection = { "delete_collection", "films", "films" },
   create_backup_schedule = { "create_backup_schedule", {
      index_name = "movies", name = "nightly", frequency = "daily", expire_after_days = 7,
   }, "movies" },
   list_backup_schedules = { "list_backup_schedules", "movies", "movies" },
   describe_backup_schedule = { "describe_backup_schedule", "s-1", "s-1" },
   update_backup_schedule = { "update_backup_schedule", { schedule_id = "s-1", enabled = true }, "s-1" },
   delete_backup_schedule = { "delete_backup_schedule", "s-1", "s-1" },
   list_backup_schedule_history = { "list_backup_schedule_history", "s-1", "s-1" },
   create_index = { "create_index", {
      name = "fresh", dimension = 3, spec = { serverless = { cloud = "aws", region = "us-east-1" } },
   }, "fresh" },
   describe_index = { "describe_index", "movies", "movies" },
   list_indexes = { "list_indexes", {} },
   configure_index = { "configure_index", { index_name = "movies", tags = { a = "b" } }, "movies" },
   delete_index = { "delete_index", "movies", "movies" },
   describe_index_stats = { "describe_index_stats", "movies", "movies" },
}

-- Makes an operation go wrong every time, calls it and gives its failure.
local function failure_of(operation, fault, client, options)
   fault.operation, fault.on = operation, "all"
   pinecone.assert(emulator:fault(fault))
   client = client or pc
   local call = calls[operation]
   local value, err = client[call[1]](client, call[2], options)
   assert.is_nil(value)
   assert.is_table(err)
   return err
end

local function e1(status, code, message)
   return ('{"error":{"code":"%s","message":"%s"},"status":%d}'):format(code, message:gsub('"', '\\"'), status)
end

local holds = expect.holds

local function lines_of(err)
   local lines = {}
   for line in (tostring(err) .. "\n"):gmatch("(.-)\n") do
      lines[#lines + 1] = line
   end
   return lines
end

-- One line, and the hint on another: where the write may have taken effect, the hint says so.
local function is_readable(err)
   local lines = lines_of(err)
   assert.is_nil(tostring(err):gsub("\n", ""):find("%c"))
   holds(lines[1], err.message)
   holds(lines[1], err.kind)
   if err.operation then
      assert.equal(1, (lines[1]:find(err.operation, 1, true)))
   end
   if err.status then
      holds(lines[1], "HTTP " .. err.status)
   end
   if err.code then
      holds(lines[1], err.code)
   end
   if err.maybe_applied then
      holds(err.hint, "may have taken effect")
   end
   assert.equal(err.hint and "  " .. err.hint or nil, lines[2])
   assert.equal(err.hint and 2 or 1, #lines)
end

local function shows_no_key(value, seen)
   seen = seen or {}
   if type(value) == "string" then
      assert.is_nil(value:find(KEY, 1, true), value)
   elseif type(value) == "table" and not seen[value] then
      seen[value] = true
      for name, inner in pairs(value) do
         shows_no_key(name, seen)
         shows_no_key(inner, seen)
      end
   end
end

-- The service's own words ---------------------------------------------------------------------------------------------

describe("A refusal of the service", function()

   local BAD = "Bad request. The request body included invalid request parameters."
   local PAY = "Request failed. Pay all past due invoices to lift restrictions on your account."
   local PERMISSION = "Access denied: Permission control::backups::list is required"
   local MORE_INDEXES = "Increase your quota or upgrade to create more indexes."
   local MORE_BACKUPS = "Increase your quota or upgrade to create more backups."
   local NO_PLAN = "Your organization's plan does not include backups. Upgrade your plan to create backups."
   local SCHEDULE = "This index already has an enabled backup schedule. Disable or delete it first."
   local UNREADABLE = "Failed to deserialize the JSON body into the target type: missing field `metric` at line 1 "
      .. "column 16"

   -- operation, status, code, message, kind, what the hint says (false: none)
   local rows = {
      { "create_index", 400, "INVALID_ARGUMENT", BAD, "invalid_argument", false },
      { "create_collection", 400, "INVALID_ARGUMENT", BAD, "invalid_argument", false },
      { "list_project_backups", 400, "INVALID_ARGUMENT", "Invalid pagination token.", "invalid_argument", false },
      { "create_backup", 400, "INVALID_ARGUMENT", "Backups from pod indexes are not supported", "invalid_argument",
         "create_collection" },
      { "create_backup", 400, "INVALID_ARGUMENT", "Indexes encrypted with CMEK cannot be backed up.",
         "invalid_argument", "customer-managed key" },
      { "create_backup", 400, "INVALID_ARGUMENT", "Invalid backup name.", "invalid_argument", false },
      { "create_backup_schedule", 400, "INVALID_ARGUMENT", "Backup schedules for pod indexes are not supported",
         "invalid_argument", "not for pod indexes" },
      { "create_backup_schedule", 400, "INVALID_ARGUMENT",
         "Invalid retention: expire_after_days must be between 1 and 365.", "invalid_argument", false },
      { "create_collection", 400, "INVALID_ARGUMENT", "Cannot create collections from serverless indexes",
         "invalid_argument", "create_backup" },
      { "describe_backup", 401, "UNAUTHENTICATED", "Invalid API key.", "unauthenticated", "option api_key" },
      { "create_backup", 402, "PAYMENT_REQUIRED", PAY, "payment_required", "invoices" },
      { "create_index_from_backup", 402, "PAYMENT_REQUIRED", PAY, "payment_required", "invoices" },
      { "create_backup", 403, "FORBIDDEN", MORE_BACKUPS, "quota_exceeded", "delete some" },
      { "create_backup", 403, "QUOTA_EXCEEDED", MORE_BACKUPS, "quota_exceeded", "delete some" },
      { "create_backup", 403, "PERMISSION_DENIED", NO_PLAN, "permission_denied", "Standard or Enterprise" },
      { "create_backup_schedule", 403, "PERMISSION_DENIED", "Scheduled backups are not available for your plan",
         "permission_denied", "Standard or Enterprise" },
      { "update_backup_schedule", 403, "PERMISSION_DENIED", "Scheduled backups are not available for your plan",
         "permission_denied", "Standard or Enterprise" },
      { "list_project_backups", 403, "PERMISSION_DENIED", PERMISSION, "permission_denied", "key lacks the permission" },
      { "describe_restore_job", 403, "PERMISSION_DENIED", PERMISSION, "permission_denied", "key lacks the permission" },
      { "delete_backup", 403, "PERMISSION_DENIED", PERMISSION, "permission_denied", "key lacks the permission" },
      { "create_backup", 403, "PERMISSION_DENIED", PERMISSION, "permission_denied", "key lacks the permission" },
      { "create_index", 403, "FORBIDDEN", MORE_INDEXES, "quota_exceeded", "quota" },
      { "create_index_from_backup", 403, "FORBIDDEN", MORE_INDEXES, "quota_exceeded", "quota" },
      { "configure_index", 403, "FORBIDDEN", MORE_INDEXES, "quota_exceeded", "quota" },
      { "create_collection", 403, "FORBIDDEN",
         "Collection exceeds quota. Maximum allowed on your account is 1. Currently have 1.", "quota_exceeded",
         "collections" },
      { "delete_index", 403, "FORBIDDEN",
         "Deletion protection is enabled for this index. Disable deletion protection before retrying.",
         "permission_denied", "deletion_protection = 'disabled'" },
      { "describe_index", 404, "NOT_FOUND", "Index movies not found.", "not_found", "index movies" },
      { "delete_index", 404, "NOT_FOUND", "Index movies not found.", "not_found", "index movies" },
      { "configure_index", 404, "NOT_FOUND", "Index movies not found.", "not_found", "index movies" },
      { "create_backup", 404, "NOT_FOUND", "Index movies not found.", "not_found", "index" },
      { "list_index_backups", 404, "NOT_FOUND", "Index movies not found.", "not_found", "index movies" },
      { "create_backup_schedule", 404, "NOT_FOUND", "Index movies not found.", "not_found", "index movies" },
      { "list_backup_schedules", 404, "NOT_FOUND", "Index movies not found.", "not_found", "index movies" },
      { "describe_backup", 404, "NOT_FOUND", "Backup b-1 not found.", "not_found", "backup b-1" },
      { "delete_backup", 404, "NOT_FOUND", "Backup b-1 not found.", "not_found", "backup b-1" },
      { "create_index_from_backup", 404, "NOT_FOUND", "Backup b-1 not found.", "not_found", "backup b-1" },
      { "describe_restore_job", 404, "NOT_FOUND", "Restore job j-1 not found.", "not_found", "restore job j-1" },
      { "describe_backup_schedule", 404, "NOT_FOUND", "Backup schedule not found.", "not_found", "schedule s-1" },
      { "update_backup_schedule", 404, "NOT_FOUND", "Backup schedule not found.", "not_found", "schedule s-1" },
      { "delete_backup_schedule", 404, "NOT_FOUND", "Backup schedule not found.", "not_found", "schedule s-1" },
      { "list_backup_schedule_history", 404, "NOT_FOUND", "Backup schedule not found.", "not_found", "schedule s-1" },
      { "describe_collection", 404, "NOT_FOUND", "Collection films not found.", "not_found", "collection films" },
      { "delete_collection", 404, "NOT_FOUND", "Collection films not found.", "not_found", "collection films" },
      { "create_index", 409, "ALREADY_EXISTS", "Resource already exists.", "conflict", "taken" },
      { "create_collection", 409, "ALREADY_EXISTS", "Resource already exists.", "conflict", "taken" },
      { "create_index_from_backup", 409, "ALREADY_EXISTS", "Resource already exists.", "conflict", "taken" },
      { "create_backup_schedule", 409, "ALREADY_EXISTS", SCHEDULE, "conflict", "one enabled schedule" },
      { "update_backup_schedule", 409, "ALREADY_EXISTS", SCHEDULE, "conflict", "one enabled schedule" },
      { "create_index_from_backup", 412, "FAILED_PRECONDITION", "Backup b-1 is not completed", "precondition_failed",
         "wait_for_backup" },
      { "delete_backup", 412, "FAILED_PRECONDITION",
         "Unable to delete backup. There are pending restore jobs for this backup: ['j-1']", "precondition_failed",
         "wait_for_restore" },
      { "delete_index", 412, "FAILED_PRECONDITION",
         "Unable to delete an index. There are pending collections for this index: ['test-collection']",
         "precondition_failed", "wait_for_collection" },
      { "create_index", 412, "FAILED_PRECONDITION",
         "Index creation failed. Indexes with full_text_search fields are not supported in CMEK-encrypted projects",
         "precondition_failed", false },
      { "create_index", 422, "UNPROCESSABLE_ENTITY", UNREADABLE, "invalid_argument", false },
      { "create_backup", 422, "UNPROCESSABLE_ENTITY", UNREADABLE, "invalid_argument", false },
      { "create_index", 422, "INVALID_ARGUMENT", UNREADABLE, "invalid_argument", false },
      { "create_index", 413, "PAYLOAD_TOO_LARGE", "The request body is too large.", "too_large", false },
      { "describe_backup", 429, "RESOURCE_EXHAUSTED", "Too many requests", "rate_limited", "Ask less often" },
      { "describe_backup", 429, "QUOTA_EXCEEDED", "Too many requests", "rate_limited", "Ask less often" },
      { "describe_backup", 500, "UNKNOWN", "Internal server error", "server", "support" },
      { "create_backup", 500, "UNKNOWN", "Internal server error", "server", "may have taken effect" },
      { "describe_backup", 500, "INTERNAL", "Internal server error", "server", "support" },
      { "describe_backup", 502, "UNAVAILABLE", "Bad gateway", "unavailable", "later" },
      { "describe_backup", 503, "SERVICE_UNAVAILABLE", "Service unavailable", "unavailable", "later" },
      { "describe_backup", 504, "DEADLINE_EXCEEDED", "Gateway timeout", "unavailable", "later" },
      { "describe_backup", 408, "DEADLINE_EXCEEDED", "Request timeout", "timeout", "later" },
      { "describe_backup", 501, "UNIMPLEMENTED", "Not implemented", "server", "support" },
      { "describe_backup", 418, "UNKNOWN", "I am a teapot", "invalid_argument", false },
   }

   for _, row in ipairs(rows) do
      local operation, status, code, message, kind, hint = row[1], row[2], row[3], row[4], row[5], row[6]
      it(("of kind %s: %s with %d %s, %q"):format(kind, operation, status, code, message), function()
         local err = failure_of(operation, { status = status, headers = JSON, body = e1(status, code, message) })
         assert.equal(kind, err.kind)
         assert.equal(status, err.status)
         assert.equal(code, err.code)
         assert.equal(message, err.message)
         assert.equal(calls[operation][1], err.operation)
         assert.equal(calls[operation][3], err.target)
         assert.equal("request-1", err.request_id)
         assert.is_true(err.attempts >= 1)
         assert.is_true(err.elapsed >= 0)
         if hint then
            holds(err.hint, hint)
         else
            assert.is_nil(err.hint)
         end
         is_readable(err)
         holds(tostring(err), "request-1")
      end)
   end

   it("is asked for once where asking again is of no use", function()
      for _, status in ipairs { 400, 401, 402, 403, 404, 409, 412, 413, 422 } do
         emulator:clear_faults()
         emulator:clear_requests()
         local err = failure_of("describe_backup", { status = status, headers = JSON, body = e1(status, "X", "no") })
         assert.equal(1, err.attempts)
         assert.equal(1, service.sent(emulator, "describe_backup"))
      end
   end)

   for operation, call in pairs(calls) do
      it("names the method: " .. call[1] .. " (" .. operation .. ")", function()
         local err = failure_of(operation, { status = 400, headers = JSON, body = e1(400, "INVALID_ARGUMENT", "no") })
         assert.equal(call[1], err.operation)
         assert.equal(call[3], err.target)
         is_readable(err)
      end)
   end

   it("names the target in its text", function()
      local err = failure_of("describe_backup", { status = 404, headers = JSON, body = e1(404, "NOT_FOUND", "Gone.") })
      assert.equal("describe_backup b-1: Gone. (not_found, HTTP 404, NOT_FOUND, request request-1)", lines_of(err)[1])
   end)

   it("comes from the emulator too", function()
      local other = service.start { plan_has_backups = false }
      finally(function() other:stop() end)
      local client = service.client(other)
      local err = expect.failure("permission_denied", client:create_backup "movies")
      holds(err.hint, "Standard or Enterprise")
      is_readable(err)
   end)

   for header, seconds in pairs { ["7"] = 7, ["120"] = 120, ["0"] = false, ["soon"] = false } do
      it(("with Retry-After: %s"):format(header), function()
         local err = failure_of("describe_backup", {
            status = 400, headers = { ["Retry-After"] = header }, body = e1(400, "INVALID_ARGUMENT", "no"),
         })
         assert.equal(seconds or nil, err.retry_after)
      end)
   end
end)

-- Shapes of bodies ----------------------------------------------------------------------------------------------------

describe("A body of an error", function()

   local rows = {
      { "E1", "describe_backup", 404, JSON,
         '{"error":{"code":"NOT_FOUND","message":"Backup b-1 not found."},"status":404}',
         "not_found", "NOT_FOUND", "Backup b-1 not found." },
      { "E1 in another order, with details", "describe_backup", 404, JSON,
         '{"status":404,"error":{"details":{"a":[1,null]},"message":"Gone.","code":"NOT_FOUND"}}',
         "not_found", "NOT_FOUND", "Gone." },
      { "E1 without a content type", "describe_backup", 404, {}, '{"error":{"code":"NOT_FOUND","message":"Gone."}}',
         "not_found", "NOT_FOUND", "Gone." },
      { "E1 with an unknown code", "describe_backup", 400, JSON, '{"error":{"code":"BRAND_NEW","message":"Odd."}}',
         "invalid_argument", "BRAND_NEW", "Odd." },
      { "E1 with null for a code", "describe_backup", 400, JSON, '{"error":{"code":null,"message":"Odd."}}',
         "invalid_argument", nil, "Odd." },
      { "E2", "describe_backup", 401, TEXT, "Invalid API key", "unauthenticated", nil, "Invalid API key" },
      { "E3", "describe_index_stats", 400, JSON, '{"code":3,"message":"bad filter","details":[]}',
         "invalid_argument", "INVALID_ARGUMENT", "bad filter" },
      { "E3 of a missing index", "describe_index_stats", 404, JSON,
         '{"code":5,"message":"index not found","details":[]}', "not_found", "NOT_FOUND", "index not found" },
      { "E3 with an unknown code", "describe_index_stats", 500, JSON, '{"code":99,"message":"odd"}', "server", nil,
         "odd" },
      { "E3 with a negative code", "describe_index_stats", 500, JSON, '{"code":-1,"message":"odd"}', "server", nil,
         "odd" },
      { "E4", "describe_index_stats", 401, TEXT, "Unauthorized", "unauthenticated", nil, "Unauthorized" },
      { "E5", "create_backup", 403, HTML, "<html><head><title>403 Forbidden</title></head><body>/indexes</body></html>",
         "permission_denied", nil, "an HTML page instead of an answer of the API: 403 Forbidden" },
      { "E5 in capitals, with spaces before", "create_backup", 403, HTML,
         "\n  <!DOCTYPE HTML>\n<HTML><TITLE>\n  403\n  Forbidden </TITLE></HTML>", "permission_denied", nil,
         "an HTML page instead of an answer of the API: 403 Forbidden" },
      { "E5 without a title", "create_backup", 403, HTML, "<html><body>no</body></html>", "permission_denied", nil,
         "an HTML page instead of an answer of the API" },
      { "E5 with half a title", "create_backup", 403, HTML, "<html><title>403 Forb", "permission_denied", nil,
         "an HTML page instead of an answer of the API" },
      { "E5 of a gateway", "describe_backup", 502, HTML, "<html><title>502 Bad Gateway</title></html>", "unavailable",
         nil, "an HTML page instead of an answer of the API: 502 Bad Gateway" },
      { "E6", "describe_collection", 404, TEXT, "collection films does not exist\n", "not_found", nil,
         "collection films does not exist" },
      { "E6 of several lines", "create_collection", 400, TEXT, "bad\r\n\tsource\n\n index \0x", "invalid_argument", nil,
         "bad source index x" },
      { "E7", "describe_backup", 404, {}, "", "not_found", nil, "an answer without a body" },
      { "E7 of a 500", "describe_backup", 500, {}, "", "server", nil, "an answer without a body" },
      { "a text for the error", "describe_backup", 400, JSON, '{"error":"plain words"}', "invalid_argument", nil,
         "plain words" },
      { "a message beside no error", "describe_backup", 400, JSON, '{"message":"plain words"}', "invalid_argument", nil,
         "plain words" },
      { "JSON without a message", "describe_backup", 400, JSON, '{"status":400}', "invalid_argument", nil,
         '{"status":400}' },
      { "JSON with an empty message", "describe_backup", 400, JSON, '{"error":{"code":"X","message":""}}',
         "invalid_argument", nil, '{"error":{"code":"X","message":""}}' },
      { "a JSON list", "describe_backup", 400, JSON, "[1,2]", "invalid_argument", nil, "[1,2]" },
      { "a JSON text", "describe_backup", 400, JSON, '"Invalid API key"', "invalid_argument", nil,
         '"Invalid API key"' },
      { "JSON's null", "describe_backup", 400, JSON, "null", "invalid_argument", nil, "null" },
      { "cut JSON", "describe_backup", 400, JSON, '{"error":{"code":"NOT_F', "invalid_argument", nil,
         '{"error":{"code":"NOT_F' },
      { "numbers for texts", "describe_backup", 400, JSON, '{"error":{"code":{},"message":7}}', "invalid_argument", nil,
         '{"error":{"code":{},"message":7}}' },
   }

   for _, row in ipairs(rows) do
      local what, operation, status, headers, body, kind, code, message =
         row[1], row[2], row[3], row[4], row[5], row[6], row[7], row[8]
      it(("is understood: %s (%s with %d)"):format(what, operation, status), function()
         local err = failure_of(operation, { status = status, headers = headers, body = body })
         assert.equal(kind, err.kind)
         assert.equal(status, err.status)
         assert.equal(code, err.code)
         assert.equal(message, err.message)
         is_readable(err)
      end)
   end

   it("that is an HTML page with 403 is no matter of quota or permission", function()
      local err = failure_of("create_backup", { status = 403, headers = HTML, body = "<html></html>" })
      holds(err.hint, "in front of the API")
   end)

   it("that is long is cut", function()
      local err = failure_of("describe_backup", {
         status = 400, headers = JSON, body = e1(400, "INVALID_ARGUMENT", ("word "):rep(1000)),
      })
      assert.is_true(#err.message < 500)
      holds(err.message, "word word")
      is_readable(err)
   end)

   it("that is long is not cut within a character", function()
      for shift = 0, 1 do
         emulator:clear_faults()
         local err = failure_of("describe_backup", {
            status = 400, headers = JSON,
            body = e1(400, "INVALID_ARGUMENT", ("x"):rep(shift) .. ("\195\188"):rep(1000)),
         })
         assert.is_nil(err.message:gsub("\195\188", ""):find("[\128-\255]"), err.message)
      end
   end)

   it("with line breaks in its code still makes one line", function()
      is_readable(failure_of("describe_backup", {
         status = 400, headers = JSON, body = '{"error":{"code":"A\\nB","message":"odd"}}',
      }))
   end)

   it("with an endless code still makes a short text", function()
      local err = failure_of("describe_backup", {
         status = 400, headers = JSON, body = e1(400, ("CODE"):rep(5000), "odd"),
      })
      assert.is_true(#tostring(err) < 2000)
   end)

   it("of a redirect is none to follow", function()
      local err = failure_of("describe_backup", {
         status = 301, headers = { location = emulator.url .. "/indexes" }, body = "",
      })
      assert.equal("protocol", err.kind)
      assert.equal(301, err.status)
      assert.equal(1, service.sent(emulator))
   end)
end)

describe("A success that is none", function()

   local rows = {
      ["an HTML page"] = { HTML, "<html><title>Log in to the hotel</title></html>", "Log in to the hotel" },
      ["text"] = { TEXT, "ok", "ok" },
      ["broken JSON"] = { JSON, '{"backup_id":"b-1"', "JSON" },
      ["nothing"] = { JSON, "", "without a body" },
      ["a JSON text"] = { JSON, '"b-1"', "" },
      ["another object"] = { JSON, '{"hello":"world"}', "id" },
      ["null"] = { JSON, "null", "" },
   }
   for what, row in pairs(rows) do
      it(("is of kind protocol: %s"):format(what), function()
         local err = failure_of("describe_backup", { status = 200, headers = row[1], body = row[2] })
         assert.equal("protocol", err.kind)
         assert.equal(200, err.status)
         assert.is_nil(err.maybe_applied)
         holds(err.message, row[3])
         holds(err.hint, "proxy")
         is_readable(err)
      end)

      it(("leaves open whether the backup was made: %s"):format(what), function()
         local err = failure_of("create_backup", { status = 201, headers = row[1], body = row[2] })
         assert.equal("protocol", err.kind)
         assert.is_true(err.maybe_applied)
         is_readable(err)
      end)
   end
end)

describe("A deletion", function()

   for _, operation in ipairs { "delete_backup", "delete_index", "delete_collection" } do
      it(("is not done because a portal shows its page: %s"):format(operation), function()
         local page = "<html><title>Log in</title></html>"
         local err = failure_of(operation, { status = 200, headers = HTML, body = page })
         assert.equal("protocol", err.kind)
         assert.is_true(err.maybe_applied)
         holds(err.message, "Log in")
      end)
   end

   it("is done whatever the words and the label of the answer are", function()
      for _, answer in ipairs { { HTML, "" }, { TEXT, "Deleted" }, { HTML, "{}" }, { JSON, "null" } } do
         emulator:clear_faults()
         assert(emulator:fault { operation = "delete_backup", status = 202, headers = answer[1], body = answer[2] })
         assert.is_true(pc:delete_backup "b-1")
      end
   end)
end)

-- The key -------------------------------------------------------------------------------------------------------------

describe("An error", function()

   it("can be put into a text with ..", function()
      local err = select(2, pc:describe_backup "b-1")
      assert.equal("It failed: " .. tostring(err) .. "!", "It failed: " .. err .. "!")
   end)
end)

describe("The API key", function()

   local answers = {
      ["an E1 message"] = { 401, JSON, e1(401, "UNAUTHENTICATED", "Invalid API key " .. KEY .. ".") },
      ["an E1 message, twice"] = { 401, JSON, e1(401, "UNAUTHENTICATED", KEY .. KEY) },
      ["an E1 code"] = { 400, JSON, e1(400, KEY, "odd") },
      ["E1 details"] = { 400, JSON, '{"error":{"code":"X","message":"odd","details":{"key":"' .. KEY .. '"}}}' },
      ["JSON of no known shape"] = { 400, JSON, '{"key":"' .. KEY .. '"}' },
      ["a text"] = { 401, TEXT, "Invalid API key: " .. KEY },
      ["a page's title"] = { 403, HTML, "<html><title>" .. KEY .. "</title></html>" },
      ["a gRPC body"] = { 400, JSON, '{"code":3,"message":"' .. KEY .. '"}' },
      ["a success that is broken"] = { 200, JSON, '{"key":"' .. KEY .. '"' },
      ["a success of no known shape"] = { 200, JSON, '{"key":"' .. KEY .. '"}' },
      ["the request id"] = { 400, { ["x-pinecone-request-id"] = KEY }, e1(400, "X", "odd") },
      ["the end of what is shown"] = { 400, TEXT, ("x"):rep(390) .. KEY },
   }
   for what, answer in pairs(answers) do
      it(("is not shown when the service puts it into %s"):format(what), function()
         local err = failure_of("describe_backup", { status = answer[1], headers = answer[2], body = answer[3] })
         shows_no_key(err)
         shows_no_key(tostring(err))
      end)
   end

   it("is not shown in part at the end of what is shown", function()
      local err = failure_of("describe_backup", { status = 400, headers = TEXT, body = ("x"):rep(395) .. KEY })
      assert.is_nil(tostring(err):find(KEY:sub(1, 8), 1, true))
   end)

   it("is not in the client", function()
      shows_no_key(pc)
      shows_no_key(tostring(pc))
   end)

   it("that the service refuses is the option's, says the hint", function()
      local client = service.client(emulator, { api_key = "another-key" })
      local err = expect.failure("unauthenticated", client:list_indexes())
      assert.equal(401, err.status)
      holds(err.hint, "the option api_key")
      assert.is_nil(err.hint:find("PINECONE_API_KEY", 1, true))
      assert.is_nil(tostring(err):find("another-key", 1, true))
      is_readable(err)
   end)
end)

describe("The environment", function()

   local variables, environment

   before_each(function()
      variables = {}
      environment = stub(os, "getenv", function(name) return variables[name] end)
   end)

   after_each(function()
      environment:revert()
   end)

   it("gives the key where no option does", function()
      variables.PINECONE_API_KEY = KEY
      assert(assert(pinecone.new { host = emulator.url }):list_indexes())
   end)

   it("is named where its key is refused", function()
      variables.PINECONE_API_KEY = "another-key"
      local err = expect.failure("unauthenticated", assert(pinecone.new { host = emulator.url }):list_indexes())
      holds(err.hint, "PINECONE_API_KEY")
      assert.is_nil(err.hint:find("the option api_key", 1, true))
   end)

   it("gives way to the option", function()
      variables.PINECONE_API_KEY = "another-key"
      assert(service.client(emulator):list_indexes())
   end)

   it("gives the host where no option does", function()
      variables.PINECONE_CONTROLLER_HOST = emulator.url
      assert(assert(pinecone.new { api_key = KEY }):list_indexes())
   end)

   for what, value in pairs { unset = false, empty = "" } do
      it(("without a key is an error of new: %s"):format(what), function()
         variables.PINECONE_API_KEY = value or nil
         for _, options in ipairs { {}, { host = emulator.url } } do
            local err = expect.failure("unauthenticated", pinecone.new(options))
            assert.is_nil(err.status)
            holds(err.message, "API key")
            holds(err.hint, "api_key")
            holds(err.hint, "PINECONE_API_KEY")
            is_readable(err)
         end
         expect.failure("unauthenticated", pinecone.new())
      end)
   end

   it("with a line break after the key says so", function()
      variables.PINECONE_API_KEY = KEY .. "\n"
      local err = expect.failure("invalid_argument", pinecone.new { host = emulator.url })
      holds(err.message, "line break")
      shows_no_key(err)
      shows_no_key(tostring(err))
   end)
end)

-- No answer -----------------------------------------------------------------------------------------------------------

describe("Without an answer", function()

   local closed_port

   setup(function()
      local gone = service.start()
      closed_port = gone.url
      gone:stop()
   end)

   it("a refused connection is of kind network", function()
      local err = expect.failure("network", service.client({ url = closed_port }):list_indexes())
      assert.is_nil(err.status)
      assert.equal("list_indexes", err.operation)
      holds(err.message, "connection")
      holds(err.hint, "runs, and that host and port are right")
      is_readable(err)
   end)

   it("a refused connection leaves nothing open", function()
      for operation, call in pairs(calls) do
         local client = service.client { url = closed_port }
         local value, err = client[call[1]](client, call[2])
         assert.is_nil(value)
         assert.equal("network", err.kind, operation)
         assert.is_nil(err.maybe_applied, operation)
      end
   end)

   it("a host name that is not there is of kind network", function()
      local client = assert(pinecone.new { api_key = KEY, host = "https://no-such-host.invalid", timeout = 20 })
      local err = expect.failure("network", client:create_backup "movies")
      holds(err.message, "host name was not found")
      holds(err.message, "no-such-host.invalid")
      holds(err.hint, "DNS")
      assert.is_nil(err.maybe_applied)
      is_readable(err)
   end)

   it("https to a plain port is of kind tls", function()
      local client = assert(pinecone.new { api_key = KEY, host = (emulator.url:gsub("^http:", "https:")) })
      local err = expect.failure("tls", client:create_backup "movies")
      holds(err.hint, "does not speak https")
      assert.is_nil(err.maybe_applied)
      is_readable(err)
   end)

   it("a file of certificates that is not there is of kind tls", function()
      local client = assert(pinecone.new {
         api_key = KEY, host = (emulator.url:gsub("^http:", "https:")), ca_file = "no-such-file.pem",
      })
      local err = expect.failure("tls", client:list_indexes())
      holds(err.message, "ca_file")
      is_readable(err)
   end)

   it("the time runs out", function()
      local err = failure_of("describe_backup", { delay = 3 }, pc, { timeout = 0.2 })
      assert.equal("timeout", err.kind)
      assert.is_nil(err.status)
      assert.is_true(err.elapsed >= 0.2 and err.elapsed < 2, tostring(err.elapsed))
      holds(err.hint, "timeout")
      assert.is_nil(err.maybe_applied)
      is_readable(err)
   end)

   it("the time of a client runs out", function()
      local client = service.client(emulator, { timeout = 0.2 })
      local err = failure_of("describe_backup", { delay = 3 }, client)
      assert.equal("timeout", err.kind)
      assert.is_true(err.elapsed >= 0.2 and err.elapsed < 2, tostring(err.elapsed))
   end)

   local unclear = {
      ["the connection is dropped before the write"] = { drop = "before" },
      ["the connection is dropped after the write"] = { drop = "after" },
      ["the answer is cut"] = { cut = 5 },
      ["500 comes back"] = { status = 500, body = e1(500, "UNKNOWN", "Internal server error") },
      ["502 comes back"] = { status = 502 },
      ["503 comes back"] = { status = 503 },
      ["504 comes back"] = { status = 504 },
      ["408 comes back"] = { status = 408 },
   }

   local function copy(fault)
      local copied = {}
      for name, value in pairs(fault) do
         copied[name] = value
      end
      return copied
   end

   for what, fault in pairs(unclear) do
      for _, operation in ipairs { "create_backup", "create_index", "configure_index", "delete_backup" } do
         -- there is no backup b-1, and soon an index of that name: a refusal that is cut is still one
         local refused = fault.cut and (operation == "delete_backup" or operation == "create_index")
         if not refused then
            it(("%s may have taken effect when %s"):format(operation, what), function()
               local client = service.client(emulator, { timeout = 5, max_retries = 0 })
               local err = failure_of(operation, copy(fault), client)
               assert.is_true(err.maybe_applied)
               holds(tostring(err), "may have taken effect")
               is_readable(err)
            end)
         end
      end

      for _, operation in ipairs { "describe_index", "list_indexes", "list_project_backups" } do
         it(("%s changes nothing when %s"):format(operation, what), function()
            local err = failure_of(operation, copy(fault))
            assert.is_nil(err.maybe_applied)
            is_readable(err)
         end)
      end
   end

   it("a write may have taken effect when the time runs out", function()
      local err = failure_of("create_backup", { delay = 3 }, pc, { timeout = 0.2 })
      assert.equal("timeout", err.kind)
      assert.is_true(err.maybe_applied)
      is_readable(err)
   end)

   for _, status in ipairs { 400, 401, 403, 404, 409, 412, 422, 429 } do
      it(("a write did not take effect when %d comes back"):format(status), function()
         local err = failure_of("create_backup", { status = status, body = e1(status, "X", "no") })
         assert.is_nil(err.maybe_applied)
      end)
   end

   it("a dropped connection is of kind network", function()
      local err = failure_of("describe_backup", { drop = "before" })
      assert.equal("network", err.kind)
      holds(err.message, "closed without an answer")
      is_readable(err)
   end)

   it("a cut answer is of kind network", function()
      local err = failure_of("list_indexes", { cut = 5 })
      assert.equal("network", err.kind)
      holds(err.message, "middle of the answer")
      is_readable(err)
   end)

   it("the host of an index is gone", function()
      local err = expect.failure("network", pc:describe_index_stats { host = closed_port })
      assert.not_equal(closed_port, movies.host)
      is_readable(err)
   end)
end)

describe("An answer that is too large", function()

   it("is of kind too_large", function()
      local client = service.client(emulator, { max_response_bytes = 100 })
      local err = failure_of("list_indexes", { status = 200, headers = JSON, body = ("x"):rep(101) }, client)
      assert.equal("too_large", err.kind)
      holds(err.message, "max_response_bytes")
      holds(err.hint, "max_response_bytes")
      is_readable(err)
   end)

   it("is none at the limit", function()
      local client = service.client(emulator, { max_response_bytes = 14 })
      emulator:fault { operation = "list_indexes", status = 200, headers = JSON, body = '{"indexes":[]}' }
      assert.same({ indexes = {} }, client:list_indexes())
   end)
end)

describe("A closed client", function()

   for _, call in pairs(calls) do
      it("does nothing more: " .. call[1], function()
         local client = service.client(emulator)
         client:close()
         local err = expect.failure("closed", client[call[1]](client, call[2]))
         assert.equal(0, service.sent(emulator))
         is_readable(err)
      end)
   end

   it("may be closed again", function()
      local client = service.client(emulator)
      client:close()
      client:close()
   end)
end)

-- Errors as values ----------------------------------------------------------------------------------------------------

describe("An error", function()

   it("is a table with one metatable, wherever it comes from", function()
      local _, from_service = pc:describe_index "no-such-index"
      local _, from_check = pc:describe_index "Not A Name"
      local _, from_new = pinecone.new { api_key = "" }
      local _, from_network = service.client({ url = "http://127.0.0.1:1" }):list_indexes()
      for _, err in ipairs { from_service, from_check, from_new, from_network } do
         assert.is_table(err)
         assert.equal(getmetatable(from_service), getmetatable(err))
         assert.is_function(getmetatable(err).__tostring)
      end
   end)

   it("of a value that was refused has had no attempt", function()
      local _, err = pc:describe_index "Not A Name"
      assert.equal(0, err.attempts)
      assert.equal("describe_index", err.operation)
      is_readable(err)
   end)

   it("has whole numbers as integers", function()
      local _, err = pc:describe_index "no-such-index"
      for _, field in ipairs { "status", "attempts" } do
         assert.is_true(math.type == nil or math.type(err[field]) == "integer")
      end
   end)

   it("without fields still has a text", function()
      local _, err = pc:describe_index "no-such-index"
      assert.is_string(tostring(setmetatable({ kind = "odd" }, getmetatable(err))))
   end)
end)

describe("pinecone.assert", function()

   local PLAIN_5_1 = _VERSION == "Lua 5.1" and rawget(_G, "jit") == nil

   it("gives back all that is true", function()
      assert.same({ 1, nil, 3, n = 3 }, (function(...) return { n = select("#", ...), ... } end)(
         pinecone.assert(1, nil, 3)))
      assert.equal("text", pinecone.assert "text")
      assert.equal(0, pinecone.assert(0))
   end)

   it("raises an error as it is, or as its text where the interpreter shows no tables", function()
      local _, err = pc:describe_index "no-such-index"
      local good, raised = pcall(pinecone.assert, nil, err)
      assert.is_false(good)
      if PLAIN_5_1 then
         assert.equal(tostring(err), raised)
      else
         assert.equal(err, raised)
      end
      holds(tostring(raised), "no-such-index")
   end)

   it("raises a text as it is", function()
      local good, raised = pcall(pinecone.assert, nil, "plain words")
      assert.is_false(good)
      assert.equal("plain words", raised)
   end)

   for _, value in ipairs { "nil", "false" } do
      it(("raises for %s alone"):format(value), function()
         local good, raised = pcall(function()
            if value == "nil" then
               pinecone.assert(nil)
            else
               pinecone.assert(false)
            end
         end)
         assert.is_false(good)
         holds(raised, "assertion failed!")
      end)
   end

   it("shows an error at the end of a script, on this interpreter", function()
      local text = process.script([[
         local pinecone = require "pinecone"
         local pc = pinecone.assert(pinecone.new { api_key = "k", host = "http://127.0.0.1:1" })
         pinecone.assert(pc:describe_backup "b-1")
      ]]):wait().err
      holds(text, "describe_backup b-1: no connection could be made")
      holds(text, "Check that the server")
   end)
end)
