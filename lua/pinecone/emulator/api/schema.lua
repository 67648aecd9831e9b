--- The typed schema of 2026-07: read from requests, made from what is known.
-- @module pinecone.emulator.api.schema

local body = require("pinecone.emulator.api.body")
local json = require("pinecone.emulator.json")
local tables = require("pinecone.emulator.tables")

local schema = {}

local DENSE, SPARSE = "_values", "_sparse_values"
local MOST_TEXT_FIELDS = 100
local LONGEST_DESCRIPTION = 256
local LARGEST_GRAM = 10

local ngram_fields = {
   { "min_gram", "integer", required = true },
   { "max_gram", "integer", required = true },
   { "prefix_only", "boolean" },
}

local text_fields = {
   { "language", "string" },
   { "stemming", "boolean" },
   { "stop_words", "boolean" },
   { "ngram", ngram_fields, strict = true },
}

-- What a create may say of a field, by its type.
local field_types = {
   dense_vector = {
      { "type", "string" },
      { "dimension", "integer", required = true },
      { "metric", "string", required = true },
      { "description", "string" },
   },
   sparse_vector = { { "type", "string" }, { "description", "string" } },
   string = {
      { "type", "string" },
      { "full_text_search", text_fields, required = true, strict = true },
      { "filterable", "boolean" },
      { "description", "string" },
   },
}

local function ngram_problem(ngram)
   if not ngram then
      return nil
   elseif ngram.min_gram < 1 or ngram.max_gram > LARGEST_GRAM or ngram.min_gram > ngram.max_gram then
      return ("ngram needs 1 <= min_gram <= max_gram <= %d"):format(LARGEST_GRAM)
   end
end

local function complete_text_search(search)
   search.language = search.language or "en"
   search.stemming = search.stemming or false
   search.stop_words = search.stop_words or false
   if search.ngram then
      search.ngram.prefix_only = search.ngram.prefix_only or false
   end
end

local function read_field(name, value)
   local field_type = type(value) == "table" and value.type
   local fields = field_types[field_type]
   if not fields then
      return nil, ("schema.fields.%s: unknown variant `%s`, expected one of "
         .. "`dense_vector`, `sparse_vector`, `string`"):format(name, tostring(field_type))
   end
   local field, problem = body.take(value, fields, true)
   if not field then
      return nil, ("schema.fields.%s: %s"):format(name, problem)
   end
   if field.full_text_search then
      complete_text_search(field.full_text_search)
   end
   return field
end

local function bad_description(field)
   return field.description and #field.description > LONGEST_DESCRIPTION
      and ("description must be at most %d characters"):format(LONGEST_DESCRIPTION)
end

-- How many fields of each type there are, and the one dense one; or what is wrong.
local function survey(fields)
   local found = { dense_vector = 0, sparse_vector = 0, string = 0, total = 0 }
   for name, field in pairs(fields) do
      local problem = bad_description(field)
         or ngram_problem(field.full_text_search and field.full_text_search.ngram)
      if problem then
         return nil, ("schema.fields.%s: %s"):format(name, problem)
      end
      found[field.type] = found[field.type] + 1
      found.total = found.total + 1
      found.dense = field.type == "dense_vector" and field or found.dense
   end
   if found.total == 0 then
      return nil, "schema needs at least one field"
   elseif found.dense_vector > 1 or found.sparse_vector > 1 then
      return nil, "schema takes at most one dense_vector and one sparse_vector"
   elseif found.string > MOST_TEXT_FIELDS then
      return nil, ("schema takes at most %d full-text fields"):format(MOST_TEXT_FIELDS)
   end
   return found
end

-- An index of the vectors API: `_values` or `_sparse_values` and nothing else.
local function is_vectors_schema(fields, found)
   local reserved = 0
   for name, wanted in pairs({ [DENSE] = "dense_vector", [SPARSE] = "sparse_vector" }) do
      if fields[name] and fields[name].type ~= wanted then
         return nil, ("schema.fields.%s must be a %s"):format(name, wanted)
      end
      reserved = reserved + (fields[name] and 1 or 0)
   end
   if reserved > 0 and reserved < found.total then
      return nil, "_values and _sparse_values are accepted only as the whole schema"
   end
   return reserved > 0
end

--- Reads the schema of a create.
-- @tparam table given the object `fields`, name to field
-- @treturn table `vector_type`, `dimension`, `metric`, `has_text`, and `fields`
--   unless it is an index of the vectors API; or nil, what is wrong, and
--   whether it is the values (not the form)
function schema.read(given)
   local fields = {}
   for name, value in pairs(given) do
      local field, bad_form = read_field(name, value)
      if not field then
         return nil, bad_form
      end
      fields[name] = field
   end
   local found, problem = survey(fields)
   if not found then
      return nil, problem, true
   end
   local vectors
   vectors, problem = is_vectors_schema(fields, found)
   if problem then
      return nil, problem, true
   end
   return {
      vector_type = found.dense and "dense" or "sparse",
      dimension = found.dense and found.dense.dimension,
      metric = found.dense and found.dense.metric or "dotproduct",
      has_text = found.string > 0,
      fields = not vectors and fields or nil,
   }
end

local function described(field)
   return tables.copy({ description = json.null }, field)
end

-- The document field that a model embeds.
local function embedded_name(embed)
   local map = embed.field_map or {}
   local name = map.text
   if type(name) ~= "string" then
      local _, first = next(map)
      name = first
   end
   return type(name) == "string" and name or "text"
end

local function embedded_field(definition)
   local embed = definition.embed
   return described({
      type = "semantic_text", model = embed.model, metric = definition.metric,
      dimension = definition.dimension or json.null,
      read_parameters = embed.read_parameters, write_parameters = embed.write_parameters,
   })
end

local function vector_fields(definition)
   local fields = {}
   if definition.embed then
      fields[embedded_name(definition.embed)] = embedded_field(definition)
   else
      if definition.vector_type == "dense" then
         fields[DENSE] = described({
            type = "dense_vector", dimension = definition.dimension, metric = definition.metric,
         })
      end
      fields[SPARSE] = described({ type = "sparse_vector" })
   end
   for name in pairs(definition.schema and definition.schema.fields or {}) do
      fields[name] = fields[name] or { filterable = true }
   end
   return fields
end

--- IndexSchema of an index or of a backup's definition.
-- @tparam table definition
-- @treturn table
function schema.shape(definition)
   if not definition.fields then
      return { fields = vector_fields(definition) }
   end
   local fields = {}
   for name, field in pairs(definition.fields) do
      fields[name] = described(field)
   end
   return { fields = fields }
end

return schema
