-- The reference, as LDoc has read it into build/doc/model.lua, put in order for specs.

local reference = {}

local MODEL = "build/doc/model.lua"

local loaded = loadfile(MODEL)

--- What spec/reference/model.lua has written; nil where there is no LDoc.
reference.model = loaded and loaded()

--- Goes through a table in the order of its names.
function reference.each(by_name)
   local names = {}
   for name in pairs(by_name) do
      names[#names + 1] = name
   end
   table.sort(names)
   local place = 0
   return function()
      place = place + 1
      return names[place], by_name[names[place]]
   end
end

local function full_name(item)
   return item.page .. (item.method and ":" or ".") .. item.name
end

--- The functions by their names, such as `Client:backup`; the tables by theirs, such as `Backup`; the texts of all
-- examples, by what they are of.
reference.functions, reference.tables, reference.examples = {}, {}, {}

for _, item in ipairs(reference.model and reference.model.items or {}) do
   if item.table then
      reference.tables[item.name] = item
   else
      reference.functions[full_name(item)] = item
      reference.examples[full_name(item)] = item.usage
   end
end

--- The names of types that there are, and those that are named, each with where.
reference.known_types, reference.types_named = {
   any = true, boolean = true, ["function"] = true, int = true, ["nil"] = true, number = true, string = true,
   table = true,
}, {}

local function note_types(text, where)
   for name in (text or ""):gmatch "[%w_]+" do
      reference.types_named[name] = where
   end
end

local function note_rows(rows, where)
   for _, row in ipairs(rows or {}) do
      note_types(row.type, where .. ", " .. (row.name or "what it gives"))
      note_rows(row.fields, where)
   end
end

for _, page in ipairs(reference.model and reference.model.pages or {}) do
   reference.examples[page.name] = page.usage
   reference.known_types[page.name] = page.class or nil
end
for _, item in ipairs(reference.model and reference.model.items or {}) do
   reference.known_types[item.name] = reference.known_types[item.name] or item.table or nil
   note_rows(item.params, item.name)
   for _, group in ipairs(item.returns) do
      note_rows(group, item.name)
   end
end

--- What the reference says beside its examples: texts, each with where it stands.
function reference.texts()
   local texts = {}
   local function add(where, text)
      texts[#texts + 1] = text and { where = where, text = text } or nil
   end
   local function add_rows(where, rows)
      for _, row in ipairs(rows or {}) do
         add(where .. ", " .. (row.name or "what it gives"), row.text)
         add_rows(where, row.fields)
      end
   end
   for _, list in ipairs { reference.model.pages, reference.model.items } do
      for _, item in ipairs(list) do
         add(item.name, item.summary)
         add(item.name, item.description)
         add(item.name, item.raise)
         add_rows(item.name, item.params)
         add_rows(item.name, item.kinds)
         for _, group in ipairs(item.returns or {}) do
            add_rows(item.name, group)
         end
      end
   end
   return texts
end

--- The kinds of errors that the reference tells of.
function reference.kinds()
   local kinds = {}
   for _, row in ipairs(reference.tables.Error.params) do
      if row.name == "kind" then
         for kind in row.text:gmatch "`([%l_]+)`" do
            kinds[kind] = true
         end
      end
   end
   return kinds
end

return reference
