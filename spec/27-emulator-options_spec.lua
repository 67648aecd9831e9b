-- What the emulator can be told: quotas, plans, and the points that the contract leaves open (section 10).

local emulator = require("pinecone.emulator")
local decisions = require("pinecone.emulator.decisions")
local http = require("support.http")

local running, port

-- Starts an emulator that differs in these options, for one test.
local function with(options)
   options.job_seconds = options.job_seconds or 0
   running = assert(emulator.spawn(options))
   port = http.port(running.url)
end

local function ask(version, method, target, body)
   return http.exchange(port, method, target, body, { ["X-Pinecone-Api-Version"] = version })
end

local function get(status, ...)
   local answer = ask(...)
   assert.equal(status, answer.status, answer.body)
   return answer.json
end

local function new_index(name)
   return get(201, "2026-04", "POST", "/indexes", { name = name, dimension = 3,
      spec = { serverless = { cloud = "aws", region = "us-east-1" } } })
end

local function new_pod_index(name)
   return get(201, "2026-04", "POST", "/indexes", { name = name, dimension = 3,
      spec = { pod = { environment = "us-east1-gcp", pod_type = "p1.x1" } } })
end

local function new_backup(index_name)
   return get(201, "2026-04", "POST", "/indexes/" .. index_name .. "/backups", "{}").backup_id
end

local function schedule_body(frequency)
   return { name = "nightly", schedule = { type = "time-based", frequency = frequency or "daily" },
      retention = { expire_after_days = 365 } }
end

local function new_schedule(index_name, frequency)
   return get(200, "2026-07", "POST", "/indexes/" .. index_name .. "/backup-schedules", schedule_body(frequency))
end

-- One test for each option; some have more than one.
local cases = {}

function cases.job_seconds()
   with({ job_seconds = 3600 })
   new_index("docs")
   assert.equal("Initializing", get(200, "2026-04", "GET", "/indexes/docs").status.state)
   running:advance(3600)
   assert.equal("Ready", get(200, "2026-04", "GET", "/indexes/docs").status.state)
end

function cases.max_indexes()
   with({ max_indexes = 1 })
   new_index("docs")
   get(403, "2026-04", "POST", "/indexes", { name = "more", dimension = 3,
      spec = { serverless = { cloud = "aws", region = "us-east-1" } } })
end

function cases.max_backups()
   with({ max_backups = 1 })
   new_index("docs")
   local id = new_backup("docs")
   local refused = get(403, "2026-04", "POST", "/indexes/docs/backups", "{}")
   assert.same({ "FORBIDDEN", "Increase your quota or upgrade to create more backups." },
      { refused.error.code, refused.error.message })
   get(202, "2026-04", "DELETE", "/backups/" .. id)
   new_backup("docs")
end

function cases.max_collections()
   with({ max_collections = 0 })
   new_pod_index("pods")
   local refused = get(403, "2026-04", "POST", "/collections", { name = "copy", source = "pods" })
   assert.equal("Collection exceeds quota. Maximum allowed on your account is 0. Currently have 0.",
      refused.error.message)
end

function cases.max_schedules()
   with({ max_schedules = 1 })
   new_index("docs")
   local schedule = new_schedule("docs")
   get(200, "2026-07", "PATCH", "/backup-schedules/" .. schedule.schedule_id, { enabled = false })
   get(403, "2026-07", "POST", "/indexes/docs/backup-schedules", schedule_body())
end

function cases.max_retention_days()
   with({ max_retention_days = 30 })
   new_index("docs")
   get(400, "2026-07", "POST", "/indexes/docs/backup-schedules", schedule_body())
end

function cases.plan_has_backups()
   with({ plan_has_backups = false })
   -- The plan is looked at before the index.
   assert.equal("PERMISSION_DENIED", get(403, "2026-07", "POST", "/indexes/nowhere/backups", "{}").error.code)
   assert.equal("Scheduled backups are not available for your plan",
      get(403, "2026-07", "POST", "/indexes/nowhere/backup-schedules", schedule_body()).error.message)
   get(200, "2026-07", "GET", "/backups")
end

function cases.past_due()
   with({ past_due = true })
   assert.equal("PAYMENT_REQUIRED", get(402, "2026-04", "POST", "/indexes/docs/backups", "{}").error.code)
   get(402, "2026-07", "POST", "/indexes", "{}")
   get(404, "2026-07", "POST", "/indexes/docs/backups", "{}") -- no 402 there from 2026-07 on
   get(200, "2026-04", "GET", "/backups")
end

function cases.quota_code()
   with({ quota_code = "QUOTA_EXCEEDED", max_backups = 0 })
   new_index("docs")
   assert.equal("QUOTA_EXCEEDED", get(403, "2026-04", "POST", "/indexes/docs/backups", "{}").error.code)
   assert.equal("FORBIDDEN", get(403, "2026-07", "POST", "/indexes/docs/backups", "{}").error.code)
end

function cases.default_version()
   with({ default_version = "2026-07" })
   local answer = http.exchange(port, "GET", "/backups", nil, {})
   assert.equal("2026-07", answer.headers["x-pinecone-api-version"])
end

function cases.unknown_version()
   with({ unknown_version = "2026-04" })
   assert.equal("2026-04", ask("2031-01", "GET", "/backups").headers["x-pinecone-api-version"])
end

function cases.schedules_from_2026_04()
   with({ schedules_from_2026_04 = true })
   new_index("docs")
   get(200, "2026-04", "POST", "/indexes/docs/backup-schedules", schedule_body())
   get(404, "2025-10", "GET", "/indexes/docs/backup-schedules")
end

function cases.plain_401_always()
   with({ plain_401_always = true })
   local answer = http.exchange(port, "GET", "/backups", nil,
      { ["Api-Key"] = "", ["X-Pinecone-Api-Version"] = "2025-04" })
   assert.same({ 401, "Invalid API key" }, { answer.status, answer.body })
end

function cases.newest_first()
   with({ newest_first = false })
   new_index("docs")
   local first, second = new_backup("docs"), new_backup("docs")
   local data = get(200, "2026-04", "GET", "/backups").data
   assert.same({ first, second }, { data[1].backup_id, data[2].backup_id })
end

function cases.default_limit()
   with({ default_limit = 2 })
   new_index("docs")
   for _ = 1, 3 do
      new_backup("docs")
   end
   assert.equal(2, #get(200, "2026-04", "GET", "/backups").data)
   assert.equal(3, #get(200, "2026-07", "GET", "/backups").data)
end

function cases.limit_out_of_range()
   with({ limit_out_of_range = "clamp" })
   new_index("docs")
   new_backup("docs")
   new_backup("docs")
   assert.equal(1, #get(200, "2026-04", "GET", "/backups?limit=0").data)
   assert.equal(2, #get(200, "2026-04", "GET", "/backups?limit=1000").data)
end

function cases.list_lag_seconds()
   with({ list_lag_seconds = 60 })
   new_index("docs")
   local id = new_backup("docs")
   assert.same({ 0, 0, 0 }, { #get(200, "2026-04", "GET", "/backups").data,
      #get(200, "2026-04", "GET", "/indexes/docs/backups").data, #get(200, "2026-04", "GET", "/indexes").indexes })
   get(200, "2026-04", "GET", "/backups/" .. id)
   running:advance(61)
   assert.equal(1, #get(200, "2026-04", "GET", "/backups").data)
   assert.equal(1, #get(200, "2026-04", "GET", "/indexes").indexes)
end

-- A backup that is being restored.
local function restoring()
   new_index("docs")
   running:advance(10)
   local id = new_backup("docs")
   running:advance(10)
   get(202, "2026-04", "POST", "/backups/" .. id .. "/create-index", { name = "copy" })
   return id
end

function cases.refuse_delete_while_restoring()
   with({ refuse_delete_while_restoring = "before_2026_07", job_seconds = 10 })
   local id = restoring()
   get(412, "2026-04", "DELETE", "/backups/" .. id)
   get(202, "2026-07", "DELETE", "/backups/" .. id)
end

function cases.not_ready_status()
   with({ not_ready_status = 400, job_seconds = 10 })
   new_index("docs")
   local id = new_backup("docs")
   get(400, "2026-04", "POST", "/backups/" .. id .. "/create-index", { name = "copy" })
   get(412, "2026-07", "POST", "/backups/" .. id .. "/create-index", { name = "copy" })
end

function cases.refuse_delete_while_initializing()
   with({ refuse_delete_while_initializing = true, job_seconds = 10 })
   new_index("docs")
   local id = new_backup("docs")
   get(412, "2026-04", "DELETE", "/backups/" .. id)
   get(412, "2026-04", "DELETE", "/indexes/docs")
   running:advance(10)
   get(202, "2026-04", "DELETE", "/backups/" .. id)
   get(202, "2026-04", "DELETE", "/indexes/docs")
end

function cases.deleted_backups_linger()
   with({ deleted_backups_linger = true, job_seconds = 10 })
   new_index("docs")
   local id = new_backup("docs")
   get(202, "2026-04", "DELETE", "/backups/" .. id)
   get(200, "2026-04", "GET", "/backups/" .. id)
   running:advance(10)
   get(404, "2026-04", "GET", "/backups/" .. id)
end

local DEDICATED = { mode = "Dedicated", dedicated = { node_type = "b1", scaling = "Manual",
   manual = { replicas = 2, shards = 1 } } }

function cases.restore_read_capacity()
   with({ restore_read_capacity = "apply" })
   new_index("docs")
   local target = "/backups/" .. new_backup("docs") .. "/create-index"
   get(202, "2026-07", "POST", target, { name = "copy", read_capacity = DEDICATED })
   assert.equal("Dedicated", get(200, "2026-07", "GET", "/indexes/copy").read_capacity.mode)
   -- Before 2026-07 there is no such field.
   get(202, "2026-04", "POST", target, { name = "other", read_capacity = DEDICATED })
   assert.equal("OnDemand", get(200, "2026-07", "GET", "/indexes/other").read_capacity.mode)
end

function cases.restore_region_field()
   with({ restore_region_field = "region" })
   new_index("docs")
   local target = "/backups/" .. new_backup("docs") .. "/create-index"
   get(202, "unstable", "POST", target, { name = "far", region = "eu-west-1" })
   get(202, "2026-07", "POST", target, { name = "near", region = "eu-west-1" })
   assert.equal("eu-west-1", get(200, "2026-07", "GET", "/indexes/far").deployment.region)
   assert.equal("us-east-1", get(200, "2026-07", "GET", "/indexes/near").deployment.region)
   get(404, "unstable", "POST", target, { name = "nowhere", region = "nowhere" })
end

function cases.keep_restore_jobs()
   with({ keep_restore_jobs = true })
   new_index("docs")
   local job = get(202, "2026-04", "POST", "/backups/" .. new_backup("docs") .. "/create-index", { name = "copy" })
   get(202, "2026-04", "DELETE", "/indexes/copy")
   get(200, "2026-04", "GET", "/restore-jobs/" .. job.restore_job_id)
end

function cases.run_hour()
   with({ run_hour = 3 })
   new_index("docs")
   assert.truthy(new_schedule("docs").next_scheduled_run:find("T03:00:00+00:00", 1, true))
end

local function days_until(text)
   local year, month, day = text:match("^(%d+)-(%d+)-(%d+)T")
   local seconds = os.time({ year = year, month = month, day = day, hour = 12 }) - os.time()
   return seconds / 86400
end

function cases.first_run()
   with({ first_run = "next_period" })
   new_index("docs")
   local days = days_until(new_schedule("docs", "weekly").next_scheduled_run)
   assert.is_true(days > 5.9 and days < 8.1, tostring(days))
end

function cases.month_end()
   with({ month_end = "skip" })
   new_index("docs")
   -- Moves on to the day before a 31st, whatever the date is now.
   local day, month
   repeat
      running:advance(86400)
      day, month = ask("2026-04", "GET", "/backups").headers.date:match("^%a+, (%d+) (%a+)")
   until day == "30" and month == "Jan"
   local schedule = new_schedule("docs", "monthly")
   assert.truthy(schedule.next_scheduled_run:find("-01-31T", 1, true))
   running:advance(2 * 86400)
   local following = get(200, "2026-07", "GET", "/backup-schedules/" .. schedule.schedule_id)
   assert.truthy(following.next_scheduled_run:find("-03-31T", 1, true))
end

function cases.history_scheduled_rows()
   with({ history_scheduled_rows = true })
   new_index("docs")
   local schedule = new_schedule("docs")
   local row = get(200, "2026-07", "GET", "/backup-schedules/" .. schedule.schedule_id .. "/history").data[1]
   assert.equal("Scheduled", row.status)
   assert.truthy(row.scheduled_execution_at)
end

function cases.refuse_unknown_keys()
   with({ refuse_unknown_keys = true })
   new_index("docs")
   get(422, "2026-04", "POST", "/indexes/docs/backups", { nmae = "typo" })
   get(201, "2026-04", "POST", "/indexes/docs/backups", { name = "right" })
end

function cases.unknown_path_body()
   with({ unknown_path_body = "empty" })
   local answer = ask("2026-04", "GET", "/nowhere")
   assert.same({ 404, "" }, { answer.status, answer.body })
   assert.equal("NOT_FOUND", get(404, "2026-04", "GET", "/indexes/nowhere").error.code)
end

function cases.messages()
   with({ messages = { index_not_found = "No %s here", already_exists = "Taken: %d" } })
   assert.equal("No docs here", get(404, "2026-04", "GET", "/indexes/docs").error.message)
   new_index("docs")
   -- A template that does not fit is shown as it is.
   local refused = get(409, "2026-04", "POST", "/indexes", { name = "docs", dimension = 3,
      spec = { serverless = { cloud = "aws", region = "us-east-1" } } })
   assert.equal("Taken: %d", refused.error.message)
end

describe("the emulator can be told", function()
   after_each(function()
      running:stop()
   end)

   for _, row in ipairs(decisions.rows) do
      it(row.name, assert(cases[row.name], "no case for the option " .. row.name))
   end
end)

describe("the emulator, untold,", function()
   setup(function() with({}) end)
   teardown(function() running:stop() end)

   it("ignores unknown keys, and a restore's read capacity", function()
      new_index("docs")
      local target = "/backups/" .. new_backup("docs") .. "/create-index"
      get(202, "2026-07", "POST", target, { name = "copy", read_capacity = DEDICATED, colour = "red" })
      assert.equal("OnDemand", get(200, "2026-07", "GET", "/indexes/copy").read_capacity.mode)
      get(400, "2026-07", "POST", target, { name = "bad", read_capacity = { mode = "Sometimes" } })
   end)

   it("gives a restored byoc index the smallest dedicated capacity", function()
      get(201, "2026-04", "POST", "/indexes", { name = "own", dimension = 3,
         spec = { byoc = { environment = "aws-us-east-1-b921" } } })
      get(202, "2026-07", "POST", "/backups/" .. new_backup("own") .. "/create-index", { name = "own-copy" })
      local capacity = get(200, "2026-07", "GET", "/indexes/own-copy").read_capacity
      assert.same({ node_type = "b1", scaling = "Manual", manual = { replicas = 1, shards = 1 } }, capacity.dedicated)
   end)
end)
