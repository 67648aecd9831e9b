--- Pages of lists and their tokens.
--
-- A token is base64 of `{"limit":N,"offset":N}`. A limit beside a token
-- changes the size and keeps the offset. A full page always carries a token,
-- also when nothing follows. Size and bounds depend on the version.
-- @module pinecone.emulator.api.pages

local base64 = require("pinecone.emulator.base64")
local failure = require("pinecone.emulator.failure")
local json = require("pinecone.emulator.json")

local pages = {}

-- The largest number that is exact, where a version sets no bound.
local LARGEST_WHOLE = 2 ^ 53

local function is_whole(value, least, most)
   return type(value) == "number" and value % 1 == 0 and value >= least and value <= most
end

local function read_limit(text, call)
   local most = call.version.largest_limit or LARGEST_WHOLE
   local limit = text:find("^%-?%d+$") and tonumber(text)
   if limit and call.options.limit_out_of_range == "clamp" then
      return math.max(1, math.min(limit, most))
   elseif not limit or not is_whole(limit, 1, most) then
      local largest = call.version.largest_limit
      return nil, failure("invalid_limit", largest and "between 1 and " .. largest or "of at least 1")
   end
   return limit
end

local function read_token(text)
   local decoded = base64.decode(text)
   local token = decoded and json.decode(decoded)
   if type(token) ~= "table" or not is_whole(token.limit, 1, LARGEST_WHOLE)
      or not is_whole(token.offset, 0, LARGEST_WHOLE) then
      return nil, failure("invalid_token")
   end
   return { limit = token.limit, offset = token.offset }
end

--- Reads which page is asked for.
-- @tparam table call with `query`, `version` and `options`
-- @treturn table `limit` and `offset`, or nil and the failure
function pages.read(call)
   local query = call.query
   local page = { limit = call.version.default_limit or call.options.default_limit, offset = 0 }
   local problem
   if query.paginationToken then
      page, problem = read_token(query.paginationToken[1])
   end
   if page and query.limit then
      page.limit, problem = read_limit(query.limit[1], call)
   end
   if problem then
      return nil, problem
   end
   return page
end

--- Cuts a page out of a list.
-- @tparam table list
-- @tparam table page `limit` and `offset`
-- @tparam function shape turns a row, with the call, into what is sent
-- @tparam table call
-- @treturn table `data` and `pagination`
function pages.cut(list, page, shape, call)
   local data = json.array()
   for position = page.offset + 1, math.min(page.offset + page.limit, #list) do
      data[#data + 1] = shape(list[position], call)
   end
   local pagination = json.null
   if #data == page.limit then
      local following = { limit = page.limit, offset = page.offset + page.limit }
      pagination = { next = base64.encode(json.encode(following)) }
   end
   return { data = data, pagination = pagination }
end

--- Answers a page of a list: its limit and token are looked at first, then the list is made.
-- @tparam table call
-- @tparam function shape
-- @tparam function list gives the list, or nil and what is wrong
-- @treturn table the page, or nil and what is wrong
function pages.answer(call, shape, list)
   local page, problem = pages.read(call)
   if not page then
      return nil, problem
   end
   local found, missing = list()
   if not found then
      return nil, missing
   end
   return pages.cut(found, page, shape, call)
end

return pages
