--- What each API version does differently, as data.
--
-- | trait | meaning |
-- |---|---|
-- | `typed` | indexes and backups have the shapes of 2026-07 |
-- | `metadata_schema` | classic shapes carry `schema` and `read_capacity` |
-- | `schedules` | backup schedules exist |
-- | `success` | statuses of success that differ from the route table's |
-- | `default_limit`, `largest_limit` | of lists with pages; nil: the option's, none |
-- | `plain_401` | a refused key is answered with plain text |
-- | `fullness` | the further fields of index statistics |
-- | `unpaid` | operations that are a 402 while invoices are past due |
-- | `limits` | rules for names and tags, see @{pinecone.emulator.state.rules} |
-- | `newest_codes` | error codes are those of 2026-07 |
-- @module pinecone.emulator.versions

local failure = require("pinecone.emulator.failure")

local versions = {}

local function set(...)
   local words = {}
   for _, word in ipairs({ ... }) do
      words[word] = true
   end
   return words
end

local classic_fullness = { "memory_fullness", "storage_fullness" }

local classic_unpaid = set("create_index", "configure_index", "create_backup", "create_index_from_backup",
   "create_collection", "create_backup_schedule")
local newest_unpaid = set("create_index", "create_index_for_model", "create_index_from_backup",
   "create_collection", "create_backup_schedule")

local function classic(name, traits)
   traits.name = name
   traits.success = {}
   traits.largest_limit = 100
   traits.unpaid = classic_unpaid
   traits.limits = { narrow_tags = true }
   return traits
end

local known = {
   ["2025-04"] = classic("2025-04", {}),
   ["2025-10"] = classic("2025-10", { metadata_schema = true, fullness = classic_fullness }),
   ["2026-04"] = classic("2026-04", { metadata_schema = true, fullness = classic_fullness }),
   ["2026-07"] = {
      name = "2026-07", typed = true, schedules = true, plain_401 = true, newest_codes = true,
      success = { create_backup = 200, configure_index = 200 },
      default_limit = 100, unpaid = newest_unpaid,
      fullness = { "memoryFullness", "storageFullness" },
      limits = { tag_count = 20, backup_names = true },
   },
   -- No description of it is published; its pages belong to those of 2026-04.
   unstable = classic("unstable", { metadata_schema = true, schedules = true, fullness = classic_fullness }),
}

--- A version by its name.
-- @tparam string name
-- @treturn table its traits, or nil
function versions.get(name)
   return known[name]
end

--- The version that a request speaks.
-- @tparam ?string named what its header says
-- @tparam table options `default_version`, `unknown_version`
-- @treturn table traits
-- @treturn ?table the failure, where there is no such version
function versions.choose(named, options)
   if not named then
      return known[options.default_version]
   elseif known[named] then
      return known[named]
   elseif known[options.unknown_version] then
      return known[options.unknown_version]
   end
   return known[options.default_version], failure("unknown_version", named)
end

return versions
