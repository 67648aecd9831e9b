-- `pinecone-backup report`: what is backed up where, for people.

local collect = require "pinecone.command.nouns.report.collect"
local exits = require "pinecone.command.exits"
local options = require "pinecone.command.line.options"
local stdout = require "pinecone.command.output.stdout"
local terminal = require "pinecone.command.output.terminal"
local text = require "pinecone.command.output.text"

local MAX_AGE = options.row "max_age".default -- as `check` has it

-- Where the client asks, without a scheme, or a name and password before an @.
local function host_of(arguments)
   local host = arguments.host or os.getenv "PINECONE_CONTROLLER_HOST" or ""
   if host == "" then
      return "api.pinecone.io"
   end
   return (host:gsub("^%a[%w+.-]*://", ""):gsub("/.*$", ""):gsub("^.*@", ""))
end

local function write_page(report, arguments, output)
   local page = require "pinecone.command.nouns.report.html".page(report)
   if arguments.html == "-" then
      stdout.write(page)
      return true
   end
   local written, problem = require "pinecone.command.file".write(arguments.html, page)
   if not written then
      return nil, { message = ("%s cannot be written: %s"):format(text.plain(arguments.html), problem) }
   end
   report.html = arguments.html
   if output.is_json then
      output:document(report)
   else
      output:say("wrote %s", text.plain(arguments.html))
   end
   return true
end

local function show_text(report)
   local shown = require "pinecone.command.nouns.report.text"
   if terminal.is(1) then
      stdout.write(shown.for_people(report, { width = terminal.width(), has_colours = terminal.has_colours(1) }))
   else
      stdout.write(shown.for_programs(report))
   end
end

local function show(report, output)
   if output.is_json then
      output:document(report)
   elseif not output.is_quiet then
      show_text(report)
   end
end

local function run(client, arguments, output)
   if arguments.html == "-" and arguments.json then
      return nil, exits.misuse "--json and --html - would both write to standard output"
   end
   local report, err = collect.ask(client, { max_age = arguments.max_age or MAX_AGE, host = host_of(arguments) })
   if not report then
      return nil, err
   elseif not arguments.html then
      return show(report, output)
   end
   local written
   written, err = write_page(report, arguments, output)
   return written and exits.ok, err
end

return {
   example = "report\nreport --html /var/www/html/backups.html --quiet", run = run,
   options = {
      { "html", "Write a page for browsers there; - is standard output." },
      { "max_age", "Call an older backup late (default: 25h)." }, "quiet",
   },
}
