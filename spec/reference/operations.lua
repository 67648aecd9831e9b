-- Prints the reference of the client's operations and iterators, as comments for LDoc: out of the core's table, and of
-- what stands above its rows in src/operation.c.

local core = require "pinecone.core"

local SOURCE = "src/operation.c"
local CLIENT = "lua/pinecone/client.lua" -- with what there is to say of all of them

-- In the order in which the reference has them.
local sections = {
   { title = "Backups", "create_backup", "describe_backup", "list_backups", "delete_backup" },
   { title = "Restores", "create_index_from_backup", "describe_restore_job", "list_restore_jobs" },
   {
      title = "Collections", "create_collection", "describe_collection", "list_collections", "delete_collection",
      "create_index_from_collection",
   },
   {
      title = "Backup schedules", "create_backup_schedule", "list_backup_schedules", "describe_backup_schedule",
      "update_backup_schedule", "delete_backup_schedule", "list_backup_schedule_history",
   },
   {
      title = "Indexes", "create_index", "describe_index", "list_indexes", "configure_index", "delete_index",
      "describe_index_stats",
   },
   { title = "Anything else", "request" },
}

local iterators = {
   { name = "backups", operation = "list_backups", noun = "backups of an index, or of the whole project",
      item = "Backup",
      usage = 'for backup in pc:backups { index_name = "movies" } do print(backup.name, backup.status) end' },
   { name = "restore_jobs", operation = "list_restore_jobs", noun = "restore jobs of the project", item = "RestoreJob",
      usage = "for job in pc:restore_jobs() do print(job.target_index_name, job.status) end" },
   { name = "collections", operation = "list_collections", noun = "collections of the project", item = "Collection",
      usage = "for collection in pc:collections() do print(collection.name, collection.status) end" },
   { name = "backup_schedules", operation = "list_backup_schedules", noun = "backup schedules of an index",
      item = "Schedule",
      usage = 'for schedule in pc:backup_schedules "songs" do print(schedule.name, schedule.enabled) end' },
   { name = "backup_schedule_history", operation = "list_backup_schedule_history",
      noun = "backups that a schedule made", item = "Backup",
      usage = "for backup in pc:backup_schedule_history(schedule_id) do print(backup.name) end" },
   { name = "indexes", operation = "list_indexes", noun = "indexes of the project", item = "Index",
      usage = "for index in pc:indexes() do print(index.name, index.status.state) end" },
}

-- What C has above a row: text, the @treturn, the @kinds and the example.
local function read_comments()
   local file = assert(io.open(SOURCE))
   local source = file:read "*a"
   file:close()
   local comments = {}
   for comment, name in source:gmatch '/%*%*%* (.-)\n *%*/[^"]-%.name = "([%w_]+)"' do
      local text, usage = comment:match "^(.-)@usage\n(.*)$"
      assert(text, SOURCE .. ": no @usage above " .. name)
      assert(not text:find "@[^\n]*\n *[^@%s]", SOURCE .. ": a tag of two lines above " .. name)
      local indent = usage:match "^ *"
      comments[name] = {
         text = text:match "^(.-)@treturn":gsub("%s+", " "),
         result = assert(text:match "@treturn ([^\n]+)", SOURCE .. ": no @treturn above " .. name),
         errors = text:gmatch "@kind ([%w_]+) ([^\n]+)",
         usage = ("\n" .. usage):gsub("\n" .. indent, "\n"):sub(2),
      }
   end
   return comments
end

local types = { integer = "int", ["table of strings"] = "{[string]=string,...}" }

-- What a call may be given as plain text: the one thing in its path, where nothing else is needed.
local function only_name(operation)
   local name, needed
   for _, row in ipairs(operation.arguments) do
      if row.place == "path" then
         name = not name and row.name or false
      end
      needed = needed or row.required
      if row.required and row.place ~= "path" then
         return nil, true
      end
   end
   if operation.name == "describe_index_stats" then -- whose host is found by the name
      return "index_name", true
   end
   return name or nil, needed
end

-- A rule that the text has said.
local function is_said(rule, text)
   local short = rule:gsub("'", ""):gsub("^a whole number from ", "")
   return rule == "a text without control characters, not empty" or text:find(short, 1, true) ~= nil
end

local function field(row, said)
   local default = (row.default or "%z"):gsub("%p", "%%%0")
   local text = (said or row.text):gsub(",? default " .. default, ""):gsub(" %(default%)", "")
   local notes = { (text:gsub("[,;]? *$", ""):gsub("%b{}", "`%0`")) }
   if row.rule and not is_said(row.rule, row.text:gsub(" %(.-%)", "")) then
      notes[#notes + 1] = row.rule:gsub("[_*]", "\\%0")
   end
   if row.alias then
      notes[#notes + 1] = ("or under the name `%s`"):format(row.alias)
   end
   if row.needs then
      notes[#notes + 1] = ("needs `%s`"):format(row.needs)
   end
   local is_needed = row.required and not row.optional_since
   local optional = is_needed and "" or row.default and ("[opt=%q]"):format(row.default) or "[opt]"
   return ("@tparam%s %s arguments.%s %s"):format(optional, types[row.type] or row.type, row.name,
      table.concat(notes, "; "))
end

local function versions(operation)
   if operation.newest then
      return ("API versions up to %s. "):format(operation.newest)
   elseif operation.oldest == operation.version then
      return ("API versions from %s on, and `unstable` in place of older ones. "):format(operation.oldest)
   end
   return ""
end

-- The lines about the arguments. `said` has other texts by their names.
local function add_arguments(add, operation, said)
   local only, needed = only_name(operation)
   if #operation.arguments == 0 then
      add "@tparam[opt] table arguments none"
   else
      add(("@tparam%s table%s arguments%s"):format(needed and "" or "[opt]", only and "|string" or "",
         only and (" with these fields, or `%s` alone"):format(only) or ""))
   end
   add "@tparam[opt] CallOptions options" -- first, because LDoc counts so
   for _, row in ipairs(operation.arguments) do
      add(field(row, said and said[row.name]))
   end
end

local function writer(first)
   local lines = { "--- " .. first }
   return function(line)
      lines[#lines + 1] = line
   end, function()
      print((table.concat(lines, "\n"):gsub("\n\n+", "\n\n"):gsub("\n", "\n-- "):gsub(" +\n", "\n")) .. "\n")
   end
end

local function document(name, comment)
   local operation = assert(core.operations[name], name)
   local add, finish = writer(operation.text)
   add("\n" .. comment.text)
   if operation.path then
      add(("\n%s`%s %s`"):format(versions(operation), operation.method, operation.path))
   end
   add("\n@function Client:" .. name)
   add_arguments(add, operation)
   add("@treturn[1] " .. comment.result)
   add "@treturn[2] nil"
   add "@treturn[2] Error of one of these kinds, or of those that any call may give"
   for kind, text in comment.errors do
      add(("@kind %s %s"):format(kind, text))
   end
   add "@raise for a field that is missing, unknown or of the wrong type"
   add("@api " .. operation.page)
   add("@usage\n" .. comment.usage)
   finish()
end

local function document_iterator(iterator)
   local operation = core.operations[iterator.operation]
   local add, finish = writer(("The %s, one by one."):format(iterator.noun))
   local has_pages = false
   for _, row in ipairs(operation.arguments) do
      has_pages = has_pages or row.name == "limit"
   end
   add(("\nAs `%s`%s"):format(iterator.operation, has_pages
      and ", but page after page." or " has them."))
   add "In a `for` loop an error raises. In PUC Lua 5.1 it cannot wait in coroutines: call @{Pages:next} there."
   add(("\n@function Client:%s"):format(iterator.name))
   add_arguments(add, operation, { limit = "how many it asks for at once; 100 unless said otherwise" })
   add(("@treturn Pages of @{%s}"):format(iterator.item))
   add "@raise for misuse, and in a `for` loop the error"
   add("@api " .. operation.page)
   add("@usage\n" .. iterator.usage)
   finish()
end

local function add_section(title)
   print(("--- %s\n-- @section %s\n"):format(title, (title:lower():gsub(" ", "_"))))
end

local file = assert(io.open(CLIENT))
print(file:read "*a":match "^(.-)\n\n" .. "\n")
file:close()
local comments = read_comments()
for _, section in ipairs(sections) do
   add_section(section.title)
   for _, name in ipairs(section) do
      document(name, comments[name] or error(SOURCE .. ": nothing stands above " .. name))
   end
end
add_section "Lists"
for _, iterator in ipairs(iterators) do
   document_iterator(iterator)
end
