-- No page speaks of what is not there: README, the other pages, what the examples say of themselves, help.

local checkout = require "support.checkout"
local line = require "pinecone.command.line"
local pages = require "support.pages" -- asks an emulator what there is
local typed = require "support.typed"

local function assert_good(path, problems)
   assert.equal("", table.concat(problems, "\n"), path)
end

-- What a script or a configuration says of itself, as a page: what is indented is for a shell.
local function comments_of(text)
   local lines, is_code = {}, false
   for comment in text:gmatch "[^\n]*" do
      local words = comment:match "^%s*%-%-+(.*)$" or comment:match "^%s*#+(.*)$" or ""
      local code = words:match "^    ?(.*)$"
      if code and not is_code then
         lines[#lines + 1] = "```sh"
      elseif is_code and not code then
         lines[#lines + 1] = "```"
      end
      is_code = code ~= nil
      lines[#lines + 1] = code and code:gsub("^[%d%s*/]+%s", "") or words
   end
   return table.concat(lines, "\n") .. (is_code and "\n```" or "")
end

describe("a page", function()
   for _, path in ipairs(checkout.files) do
      if path:find "%.md$" then
         it(path .. " speaks of nothing that is not there", function()
            assert_good(path, pages.problems(checkout.read(path)))
         end)
      elseif path:find "^examples/" then
         it(path .. " says nothing of itself that is not so", function()
            local text = checkout.read(path)
            assert_good(path, pages.problems(comments_of(text)))
            text = ("\n" .. text):gsub("\n%s*#[^\n]*", "\n")
            text = text:gsub("\n[%d*]+ [%d*]+ [%d*]+ [%d*]+ [%d*]+%s+%S+", "\n") -- of cron: when, and who
            for command in text:gmatch "pinecone%-backup ([^\n;|&>]+)" do
               local words = {}
               for word in command:gmatch "%S+" do
                  words[#words + 1] = word
               end
               assert.is_nil((typed.command(words)), command)
            end
         end)
      end
   end

   local function check_help(parser, path)
      it("of help speaks of its own options: " .. path, function()
         local known = { ["--help"] = true, ["--version"] = true }
         for _, option in ipairs(parser._options) do
            for _, spelling in ipairs(option._aliases) do
               known[spelling] = true
            end
         end
         for option in parser:get_help():gmatch "%f[%w-]%-%-%a[%w-]*" do
            assert.truthy(known[option] or #parser._commands > 0 and typed.options[option], option)
         end
         for name in parser:get_help():gmatch "PINECONE_[%u_]+" do
            assert.truthy(checkout.variables[name], name)
         end
      end)
      for _, command in ipairs(parser._commands) do
         check_help(command, path .. " " .. command._name)
      end
   end

   check_help(line.whole_parser(), "pinecone-backup")

   describe("is caught that names", function()
      local cases = {
         { "a method", "Call `pc:create_bakup`.", "create_backup" },
         { "a method of an iterator", "`pages:nxt()`", "next" },
         { "a method of the emulator", "`running:advnce(60)`", "advance" },
         { "a method of a table", "| Method | |\n|---|---|\n| `max_retries` | |", "max_retries" },
         { "a function", "`pinecone.paralel(tasks)`", "pinecone.paralel" },
         { "a function of a module", "`pinecone.openresty.evry`", "pinecone.openresty.evry" },
         { "an argument",
            "| Method | Arguments |\n|---|---|\n| `create_backup` | **index_nam** |", "index_name" },
         { "an argument of another method",
            "| Method | Arguments |\n|---|---|\n| `create_backup` | schedule_id |", "schedule_id" },
         { "an argument of another method in brackets", '`pc:create_backup { schedule_id = "x" }`', "schedule_id" },
         { "an option of pinecone.new", "| Option | |\n|---|---|\n| `max_retrys` | |", "max_retries" },
         { "an option in a table of Lua", '`{ on_progres = f }`', "on_progress" },
         { "a field of a policy", "It takes `keep_dayly`.", "keep_daily" },
         { "a field of an error", "`err.knd`", "kind" },
         { "a field of a result", "`check.verdct`", "verdict" },
         { "a kind of error", "| `kind` | |\n|---|---|\n| `not_fund` | |", "not_found" },
         { "a noun", "`pinecone-backup bakup list`", "backup" },
         { "a verb", "`backup crate movies`", "create" },
         { "a verb of another noun", "`collection prune`", "prune" },
         { "an option of the command", "`--dry-rum`", "--dry-run" },
         { "an option without marks", "It takes --dry-rum.", "--dry-run" },
         { "an option of another command", "`index list --keep-daily 7`", "--keep-daily" },
         { "an option in a block", "```sh\npinecone-backup check --al --max-age 1d\n```", "--all" },
         { "a target", "`make tset`", "test" },
         { "a target in a block", "```sh\nmake && make quickstrat # does it\n```", "quickstart" },
         { "a setting", "`SAOK_CALLS=5000`", "SOAK_CALLS" },
         { "a Lua", "`make LUA=lua5.5`", "lua5.5" },
         { "a variable", "`PINECONE_API_KY`", "PINECONE_API_KEY" },
         { "a variable without marks", "Set PINECONE_API_KY.", "PINECONE_API_KEY" },
         { "a file", "`src/operations.c`", "src/operation.c" },
         { "a script without marks", "Call dril.lua.", "drill.lua" },
         { "a script in a block", "```sh\nlua5.4 examples/dril.lua movies\n```", "drill.lua" },
         { "the target of a link", "[one](examples/dril.lua)", "drill.lua" },
         { "an anchor", "# Two words\n\n[one](#two-word)", "two-words" },
      }

      for _, case in ipairs(cases) do
         it(case[1] .. ", but misspells it", function()
            local problems = pages.problems(case[2])
            assert.equal(1, #problems, table.concat(problems, "\n"))
            assert.truthy(problems[1]:find(case[3], 1, true), problems[1])
            assert.truthy(problems[1]:find "^%d+: ", problems[1])
         end)
      end

      it("the same rightly, and is not", function()
         assert.same({}, pages.problems [[
# Two words

Call `pc:create_backup { index_name = "movies" }`, `pages:next()`, `running:advance(60)`, `pinecone.parallel(tasks)`,
or `{ on_progress = f }`; see `err.kind`, `check.verdict`, `keep_daily`. Type `pinecone-backup backup list`,
`make test LUA=lua5.1`, `SOAK_CALLS=5000`, with `PINECONE_API_KEY` or --dry-run. `src/operation.c`, [one](#two-words),
[another](examples/drill.lua), `backup
create movies`.

```sh
make && lua5.4 examples/drill.lua movies # --no-such
```
]])
      end)
   end)
end)
