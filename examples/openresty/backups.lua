-- The JSON API that nginx.conf serves:
--
--    POST /backups/<index>    begins a backup. Body, if any: { "name": ..., "description": ... }
--    GET  /backups            lists all backups, with ?index=<index> those of one index
--    GET  /backups/<id>       shows one
--    POST /restore/<backup>   begins to restore it. Body: { "name": <the new index's> }
--
-- Each request needs `Authorization: Bearer <token>`, the one in nginx's variable BACKUP_TOKEN; so does
-- GET /metrics, which checks.lua serves. What went wrong comes as
-- { "error": <kind>, "message": ..., "hint": ..., "request_id": ..., "maybe_applied": ... }.

local bit = require "bit"
local cjson = require "cjson.safe"
local pc = require "project".client

local backups = {}

local token = os.getenv "BACKUP_TOKEN"
if not (token and token:find "^%S+$") then
   error("BACKUP_TOKEN must be set, to a word without spaces: callers send it as Authorization: Bearer <token>.", 0)
end

-- What an error becomes. Trouble with our own key or plan is not the caller's: it is a 502, never a 401.
local status_of = {
   invalid_argument = 400, unauthorized = 401, not_found = 404, method_not_allowed = 405, conflict = 409,
   precondition_failed = 412, rate_limited = 429, internal = 500, quota_exceeded = 507,
   unauthenticated = 502, permission_denied = 502, payment_required = 502,
   server = 502, network = 502, tls = 502, protocol = 502, too_large = 502, failed = 502,
   unavailable = 503, cancelled = 503, closed = 503,
   timeout = 504,
}

local RETRY_AFTER = 30 -- seconds, where Pinecone does not say

-- The body, which may be missing.
local function fields()
   ngx.req.read_body()
   local text = ngx.req.get_body_data() or ""
   if text == "" and not ngx.req.get_body_file() then
      return {}
   end
   local given = text:find "^%s*{" and cjson.decode(text)
   if not given then
      error { kind = "invalid_argument", message = 'The body must be a JSON object, such as {"name": "a-name"}.' }
   end
   for name, value in pairs(given) do
      if value == cjson.null then
         given[name] = nil
      end
   end
   return given
end

local function create_backup(index_name)
   local arguments = fields()
   arguments.index_name = index_name
   return pc:create_backup(arguments)
end

-- Joined here because lua-cjson writes an empty list as {}.
local function list_backups()
   local rows = {}
   for backup in pc:backups { index_name = ngx.req.get_uri_args().index } do
      rows[#rows + 1] = cjson.encode(backup)
   end
   return '{"data":[' .. table.concat(rows, ",") .. "]}"
end

local function describe_backup(id)
   return pc:describe_backup(id)
end

local function restore(backup_id)
   local arguments = fields()
   arguments.backup_id = backup_id
   return pc:create_index_from_backup(arguments)
end

local routes = {
   { method = "POST", path = "^/backups/([^/]+)$", status = 201, action = create_backup },
   { method = "GET", path = "^/backups$", status = 200, action = list_backups },
   { method = "GET", path = "^/backups/([^/]+)$", status = 200, action = describe_backup },
   { method = "POST", path = "^/restore/([^/]+)$", status = 202, action = restore },
}

local function send(status, answer)
   ngx.status = status
   ngx.header.content_type = "application/json"
   ngx.say(type(answer) == "string" and answer or cjson.encode(answer))
end

local function send_error(err)
   local status = status_of[err.kind] or 502
   if status >= 500 then
      ngx.log(ngx.ERR, ((err.cause or tostring(err)):gsub("%c+", " ")))
   end
   if status == 429 or status == 503 then
      ngx.header.retry_after = math.ceil(err.retry_after or RETRY_AFTER)
   end
   send(status, {
      error = err.kind, message = err.message, hint = err.hint, request_id = err.request_id,
      maybe_applied = err.maybe_applied,
   })
end

-- What was raised, as an error with a kind. The library raises a text where it is used wrongly, such as with a field
-- that it does not know: fields come from the caller.
local function read_raised(raised)
   if type(raised) == "table" then
      return raised
   end
   local misuse = raised:match "pinecone: (.*)"
   return misuse and { kind = "invalid_argument", message = misuse }
      or { kind = "internal", message = "The server has a bug; its error log tells more.", cause = raised }
end

local function route_of(method, path)
   local allowed = {}
   for _, route in ipairs(routes) do
      local argument = path:match(route.path)
      if argument and route.method == method then
         return route, argument
      elseif argument then
         allowed[#allowed + 1] = route.method
      end
   end
   if #allowed == 0 then
      return nil, { kind = "not_found", message = "There is no such path." }
   end
   ngx.header.allow = table.concat(allowed, ", ")
   return nil, { kind = "method_not_allowed", message = "This path takes " .. table.concat(allowed, " and ") .. "." }
end

function backups.serve()
   local route, argument = route_of(ngx.req.get_method(), ngx.var.uri)
   if not route then
      return send_error(argument)
   end
   local good, answer, err = pcall(route.action, argument)
   if not good then
      answer, err = nil, read_raised(answer)
   end
   if not answer then
      return send_error(err)
   end
   send(route.status, answer)
end

-- Takes as long for a good guess as for a bad one. Hashes are of one length.
local function is_same(given, wanted)
   given, wanted = ngx.sha1_bin(given), ngx.sha1_bin(wanted)
   local difference = 0
   for i = 1, #wanted do
      difference = bit.bor(difference, bit.bxor(given:byte(i), wanted:byte(i)))
   end
   return difference == 0
end

function backups.guard()
   local given = (ngx.var.http_authorization or ""):match "^[Bb]earer +(%S+)$"
   if not is_same(given or "", token) then
      ngx.log(ngx.WARN, "refused: ", given and "a wrong token" or "no token")
      ngx.header.www_authenticate = "Bearer"
      send_error {
         kind = "unauthorized", message = given and "The token is wrong." or "The request has no token.",
         hint = "Send the header Authorization: Bearer <token>, with the token in the server's BACKUP_TOKEN.",
      }
      return ngx.exit(ngx.HTTP_OK) -- it is answered
   end
end

return backups
