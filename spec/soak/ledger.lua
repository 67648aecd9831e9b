-- The ledger: what the client said of each thing that was asked for, to be compared with what is there.
--
-- A thing is known by its kind and what is unique about it. One entry stands for one create; its state is
--   there     the create gave it, with its id
--   absent    the create failed, without maybe_applied
--   gone      it was deleted, so it was said
--   unknown   a create or a delete may have been applied

local ledger = {}

local Ledger = {}
Ledger.__index = Ledger

--- @treturn Ledger an empty one
function ledger.new()
   return setmetatable({ groups = {} }, Ledger)
end

local function group_of(self, kind, key)
   local name = kind .. " " .. key
   local group = self.groups[name]
   if not group then
      group = { name = name, kind = kind, key = key, entries = {} }
      self.groups[name] = group
   end
   return group
end

--- Adds what a create came to.
-- @tparam string kind
-- @tparam string key
-- @tparam string state
-- @tparam ?string id
-- @tparam ?string told how the call went, for findings
-- @treturn table the entry, whose `state` may be changed
function Ledger:add(kind, key, state, id, told)
   local entry = { kind = kind, key = key, state = state, id = id, told = { told } }
   table.insert(group_of(self, kind, key).entries, entry)
   return entry
end

local function count(group, state)
   local number = 0
   for _, entry in ipairs(group.entries) do
      number = number + (entry.state == state and 1 or 0)
   end
   return number
end

-- A word for more things than there may be.
local function verdict_of_more(group, ids)
   if count(group, "absent") == #group.entries then
      return "lying"
   end
   for _, entry in ipairs(group.entries) do
      for _, id in ipairs(ids) do
         if entry.state == "gone" and (entry.id or id) == id then
            return "not deleted"
         end
      end
   end
   return "doubled"
end

local function wrong_number(group, ids)
   local least = count(group, "there")
   local most = least + count(group, "unknown")
   if #ids >= least and #ids <= most then
      return nil
   end
   local verdict = #ids < least and "lost" or verdict_of_more(group, ids)
   return verdict, ("there are %d, there should be %d%s"):format(
      #ids, least, most > least and " to " .. most or "")
end

local function wrong_id(group, ids)
   local known, claimed = {}, {}
   for _, id in ipairs(ids) do
      known[id] = true
   end
   for _, entry in ipairs(group.entries) do
      if entry.state == "there" and entry.id then
         if not known[entry.id] then
            return "lost", ("the id %s that was given is not there, but %s"):format(entry.id, table.concat(ids, ", "))
         elseif claimed[entry.id] then
            return "lying", ("the id %s was given twice"):format(entry.id)
         end
         claimed[entry.id] = true
      end
   end
end

local function told_of(group)
   local told = {}
   for number, entry in ipairs(group.entries) do
      told[#told + 1] = ("%d: %s %s"):format(number, entry.state, entry.id or "")
      for _, line in ipairs(entry.told) do
         told[#told + 1] = "   " .. line
      end
   end
   return told
end

--- Compares with what there is.
-- @tparam table truth a sequence of things with `kind`, `key`, `id`
-- @treturn table findings, each with `verdict`, `what` (kind and key), `text`, `told`
function Ledger:compare(truth)
   local ids, findings = {}, {}
   for _, thing in ipairs(truth) do
      local name = group_of(self, thing.kind, thing.key).name
      ids[name] = ids[name] or {}
      table.insert(ids[name], thing.id)
   end
   for name, group in pairs(self.groups) do
      local verdict, text = wrong_number(group, ids[name] or {})
      if not verdict then
         verdict, text = wrong_id(group, ids[name] or {})
      end
      if verdict then
         findings[#findings + 1] = {
            verdict = verdict, what = name, kind = group.kind, key = group.key, text = text, told = told_of(group),
         }
      end
   end
   table.sort(findings, function(one, other) return one.what < other.what end)
   return findings
end

return ledger
