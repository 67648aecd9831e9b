--- A whole project as text and back: JSON in which each namespace of records
-- stands once, however many indexes and backups share it.
--
--    {"format": "lua-pinecone emulator state", "version": 1,
--     "clock": {"emulated": ..., "real": ...},
--     "namespaces": [{"count": 2, "bytes": 34, "records": [...]}, ...],
--     "data": {...}}
--
-- In `data` a set of records is `{"$records": {NAMESPACE: POSITION}}`.
-- lua-cjson cannot tell an empty array from an empty object, so it is
-- `{"$": "array"}`. Keys that begin with `$` have another one in front.
-- @module pinecone.emulator.state.snapshot

local clock = require("pinecone.emulator.clock")
local json = require("pinecone.emulator.json")
local tables = require("pinecone.emulator.tables")

local snapshot = {}

local FORMAT, VERSION = "lua-pinecone emulator state", 1
-- Requests may be nested 1000 deep, and stand a little deeper here.
local DEEPEST = 1100

local reader = require("cjson").new()
reader.decode_max_depth(DEEPEST)

local ARRAY = getmetatable(json.array())

-- Where rows hold sets of records.
local holders = { records = true, source_records = true }

local pack

local function pack_key(key)
   if type(key) ~= "string" then
      error("a state has a table with keys of several types")
   end
   return key:sub(1, 1) == "$" and "$" .. key or key
end

local function pack_array(list)
   local packed = json.array()
   local count = 0
   for _ in pairs(list) do
      count = count + 1
   end
   if count ~= #list then
      error("a state has an array with further keys")
   elseif count == 0 then
      return { ["$"] = "array" }
   end
   for position = 1, count do
      packed[position] = pack(list[position])
   end
   return packed
end

function pack(value)
   if type(value) ~= "table" then
      return value
   elseif getmetatable(value) == ARRAY or value[1] ~= nil then
      return pack_array(value)
   end
   local packed = {}
   for key, inner in pairs(value) do
      packed[pack_key(key)] = pack(inner)
   end
   return packed
end

-- Records are never changed, only replaced: their text holds as long as they do.
local record_texts = setmetatable({}, { __mode = "k" })

local function record_text(record)
   local text = record_texts[record]
   if not text then
      text = json.encode(pack(record))
      record_texts[record] = text
   end
   return text
end

local function namespace_text(namespace)
   if not namespace.text then
      local texts = {}
      for position, id in ipairs(tables.names(namespace.by_id)) do
         texts[position] = record_text(namespace.by_id[id])
      end
      namespace.text = ('{"count":%.0f,"bytes":%.0f,"records":[\n')
         :format(namespace.count, namespace.bytes) .. table.concat(texts, ",\n") .. "]}"
   end
   return namespace.text
end

-- Gives each namespace its position, in a fixed order.
local function pack_set(set, found)
   local positions = {}
   for _, name in ipairs(tables.names(set.namespaces)) do
      local namespace = set.namespaces[name]
      if not found.positions[namespace] then
         found.texts[#found.texts + 1] = namespace_text(namespace)
         found.positions[namespace] = #found.texts
      end
      positions[pack_key(name)] = found.positions[namespace]
   end
   return { ["$records"] = positions }
end

local function pack_row(row, found)
   local packed = {}
   for _, key in ipairs(tables.names(row)) do
      if holders[key] and row[key].namespaces then
         packed[pack_key(key)] = pack_set(row[key], found)
      else
         packed[pack_key(key)] = pack(row[key])
      end
   end
   return packed
end

local function pack_rows(set, found)
   local by_key = {}
   for _, key in ipairs(set.order) do
      by_key[pack_key(key)] = pack_row(set.by_key[key], found)
   end
   return { by_key = by_key, order = pack(set.order) }
end

local function pack_data(data, found)
   local packed = {}
   for _, name in ipairs(tables.names(data)) do
      local part = data[name]
      local is_rows = type(part) == "table" and part.by_key and part.order
      packed[name] = is_rows and pack_rows(part, found) or pack(part)
   end
   return packed
end

--- What there is to keep of a project.
-- @tparam table data of a @{pinecone.emulator.state}
-- @treturn table strings; equal ones for equal projects
function snapshot.body(data)
   local found = { texts = {}, positions = {} }
   local packed = pack_data(data, found)
   local out = { ',\n"namespaces":[' }
   for position, text in ipairs(found.texts) do
      out[#out + 1] = position > 1 and ",\n" or "\n"
      out[#out + 1] = text
   end
   out[#out + 1] = '],\n"data":'
   out[#out + 1] = json.encode(packed)
   out[#out + 1] = "}\n"
   return out
end

--- The whole text.
-- @tparam table body what @{body} gave
-- @tparam table kept what the clock's `save` gave
-- @treturn string
function snapshot.text(body, kept)
   return ('{"format":"%s","version":%d,\n"clock":%s'):format(FORMAT, VERSION, json.encode(kept))
      .. table.concat(body)
end

local unpack_value

local function unpack_key(key)
   return key:sub(1, 1) == "$" and key:sub(2) or key
end

local function unpack_set(positions, namespaces)
   local set = { namespaces = {} }
   for name, position in pairs(positions) do
      local namespace = namespaces[position]
      namespace.shared = namespace.used
      namespace.used = true
      set.namespaces[unpack_key(name)] = namespace
   end
   return set
end

function unpack_value(value, namespaces)
   if type(value) ~= "table" then
      return value
   elseif value["$"] then
      return json.array()
   elseif value["$records"] then
      return unpack_set(value["$records"], namespaces)
   end
   local unpacked = {}
   for key, inner in pairs(value) do
      unpacked[type(key) == "string" and unpack_key(key) or key] = unpack_value(inner, namespaces)
   end
   return unpacked
end

local function unpack_namespace(packed)
   local namespace = { by_id = {}, count = packed.count, bytes = packed.bytes }
   for _, record in ipairs(packed.records) do
      namespace.by_id[record.id] = unpack_value(record)
   end
   return namespace
end

local function check_rows(set)
   for _, key in ipairs(set.order) do
      assert(type(set.by_key[key]) == "table")
   end
end

local function is_time(value)
   return type(value) == "number" and value >= 0 and value <= clock.LAST
end

local function check_data(data)
   for _, event in ipairs(data.agenda.events) do
      assert(is_time(event.at) and type(event.kind) == "string")
   end
   for _, name in ipairs({ "indexes", "backups", "restore_jobs", "collections", "schedules" }) do
      check_rows(data[name])
   end
   for _, index in pairs(data.indexes.by_key) do
      assert(type(index.host) == "string")
   end
   assert(data.project_id and data.former_index_names)
end

local function check_clock(kept)
   assert(is_time(kept.emulated) and is_time(kept.real))
end

local function unpack_project(document)
   local namespaces = {}
   for position, packed in ipairs(document.namespaces) do
      namespaces[position] = unpack_namespace(packed)
   end
   local data = unpack_value(document.data, namespaces)
   for _, namespace in ipairs(namespaces) do
      namespace.used = nil
   end
   check_data(data)
   check_clock(document.clock)
   return { data = data, clock = { emulated = 0 + document.clock.emulated, real = 0 + document.clock.real } }
end

--- Reads a text.
-- @tparam string text
-- @treturn table `data` and `clock`, or nil and what is wrong
function snapshot.read(text)
   local ok, document = pcall(reader.decode, text)
   if not ok or type(document) ~= "table" or document.format ~= FORMAT then
      return nil, "it is not a state of this emulator, or it is damaged"
   elseif document.version ~= VERSION then
      return nil, ("it has version %s of the format, and this emulator reads version %d"):format(
         json.encode(document.version), VERSION)
   end
   local project
   ok, project = pcall(unpack_project, json.with_integers(document))
   if not ok then
      return nil, "it is damaged"
   end
   return project
end

return snapshot
