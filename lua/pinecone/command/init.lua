--- The `pinecone-backup` command: `nouns/` has what it can do, `line/` reads what was typed, and `output/` prints.
-- @module pinecone.command

local exits = require "pinecone.command.exits"
local lazy = require "pinecone.lazy"
local line = require "pinecone.command.line"
local nouns = require "pinecone.command.nouns"
local stdout = require "pinecone.command.output.stdout"

local command = {}

local NO_KEY = "[^\33-\126]" -- has something that no header can have

-- Nothing where the library is to look for it itself.
local function key_of(arguments)
   if arguments.api_key_file then
      return require "pinecone.command.key".read(arguments.api_key_file)
   elseif (os.getenv "PINECONE_API_KEY" or ""):find(NO_KEY) then
      return nil, {
         kind = "unauthenticated",
         message = "PINECONE_API_KEY is no key: it has spaces, line breaks or other characters that no key has",
      }
   end
end

local function new_client(arguments)
   local key, err = key_of(arguments)
   if err then
      return nil, err
   end
   return require "pinecone".new {
      api_key = key, host = arguments.host, api_version = arguments.api_version,
      timeout = arguments.request_timeout, source_tag = "pinecone-backup",
      on_request = arguments.verbose and require "pinecone.command.verbose" or nil,
   }
end

local function perform(verb, arguments)
   local broken = verb.rules and require "pinecone.command.line.rules".broken(verb.rules, arguments)
   if broken then
      return nil, broken
   end
   if verb.is_local then
      return verb.run(arguments)
   end
   local client, err = new_client(arguments)
   if not client then
      return nil, err
   end
   return verb.run(client, arguments, require "pinecone.command.output".new(arguments))
end

local function run(verb, arguments)
   local code, err = perform(verb, arguments)
   if err then
      return nil, err
   end
   local is_whole
   is_whole, err = stdout.is_whole()
   return is_whole and (code or exits.ok), err
end

local function read_and_run(words, typed)
   local verb, arguments = line.read(words)
   if not verb then
      return nil, arguments
   end
   typed.verb, typed.arguments = verb, arguments
   return run(verb, arguments)
end

-- What is known of a command line that nobody has understood.
local function guess(words)
   local arguments = {}
   for _, word in ipairs(words) do
      arguments.json = arguments.json or word == "--json" or nil
   end
   return { arguments = arguments }
end

-- What is missing may be what would tell of it.
local function write(err, is_json)
   local good, problem = pcall(require, "pinecone.command.output.problem")
   if good then
      return problem.tell(err, is_json)
   end
   io.stderr:write("pinecone-backup: ", err.message, err.hint and "\n  " .. err.hint or "", "\n")
   return err.exit_code or exits.failure
end

-- What helps to tell an error may be broken itself: then the error is told without.
local function tried(action, ...)
   local good, value = pcall(action, ...)
   return good and value or nil
end

local function tell(err, typed, noun, words)
   local code, arguments = err.exit_code or exits.of(err), typed.arguments
   if err.exit_code == exits.usage then
      err.hint = err.hint or tried(line.usage, words)
   end
   if code ~= exits.interrupted then
      local tell_failure = (typed.verb or noun.failure and tried(nouns.load, noun.name) or {}).tell_failure
      if tell_failure then
         tell_failure(err, arguments.json, arguments.quiet)
      end
      err.exit_code = noun.failure or code
   end
   if err.traceback then
      io.stderr:write(err.traceback, "\n")
   end
   return write(err, arguments.json)
end

local function describe(problem)
   return require "pinecone.command.raised".describe(problem)
end

local EBADF = 9
local occupied = {}

-- A standard stream that is closed would be the next file or connection, and what is printed would go there. In its
-- place /dev/null, to be read, takes nothing.
local function occupy()
   for _, stream in ipairs { io.stdin, io.stdout, io.stderr } do
      if select(3, stream:seek()) == EBADF then
         occupied[#occupied + 1] = io.open "/dev/null"
      end
   end
end

--- Runs the command.
-- @tparam table words what stands behind the command's name
-- @treturn number the exit code, see exits.lua
function command.main(words)
   lazy.turn_on()
   occupy()
   local typed, noun = guess(words), line.noun(words)
   local good, code, err = xpcall(function() return read_and_run(words, typed) end, describe)
   if not good then
      code, err = nil, type(code) == "table" and code or { message = tostring(code) } -- what describes it may be broken
   end
   return code or tell(err, typed, noun, words)
end

return command
