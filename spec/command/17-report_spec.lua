-- `pinecone-backup report`: what is backed up where, as text, as JSON and as a page.

local collect = require "pinecone.command.nouns.report.collect"
local days = require "pinecone.command.nouns.report.days"
local escape = require "pinecone.command.nouns.report.escape"
local expect = require "support.expect"
local html = require "pinecone.command.nouns.report.html"
local markup = require "support.markup"
local pinecone = require "pinecone"
local process = require "support.process"
local report_text = require "pinecone.command.nouns.report.text"
local scratch = require "support.scratch"
local service = require "support.service"
local shell = require "support.shell"
local style = require "pinecone.command.nouns.report.style"
local svg = require "pinecone.command.nouns.report.svg"
local text = require "pinecone.command.output.text"
local uv = require "luv"

local DAY, HOUR = 86400, 3600
local NOON = 1777032000 -- 2026-04-24T12:00:00Z

local function time_text(time)
   return os.date("!%Y-%m-%dT%H:%M:%SZ", time)
end

local function backup(time, fields)
   local made = { backup_id = "id-" .. tostring(time), source_index_name = "movies", status = "Ready", size_bytes = 10 }
   made.created_at = time and time_text(time)
   for name, value in pairs(fields or {}) do
      made[name] = value
   end
   return made
end

local function report_of(backups, indexes)
   return collect.report(indexes or { { name = "movies" } }, backups,
      { time = NOON, max_age = 25 * HOUR, host = "localhost" })
end

local function only_row(backups)
   local report = report_of(backups)
   assert.equal(1, #report.indexes)
   return report.indexes[1]
end

describe("the days of a report", function()

   local midnight = NOON - 12 * HOUR

   it("are thirty, today as the last", function()
      local list = days.new(NOON)
      assert.equal(30, #list)
      assert.equal("2026-03-26", list[1].date)
      assert.equal("2026-04-24", list[30].date)
   end)

   it("begin at midnight UTC", function()
      assert.equal(30, days.place(midnight, NOON))
      assert.equal(29, days.place(midnight - 1, NOON))
      assert.equal(30, days.place(midnight, midnight))
      assert.equal(29, days.place(midnight - 0.000001, midnight))
   end)

   it("leave out what was made before the first of them", function()
      assert.equal(1, days.place(midnight - 29 * DAY, NOON))
      assert.is_nil(days.place(midnight - 29 * DAY - 1, NOON))
      assert.is_nil(days.place(NOON - 30 * DAY, NOON))
   end)

   it("have today for what is a little in the future, and nothing for what is far in it", function()
      local late = midnight - 60 -- a minute before midnight
      assert.equal(30, days.place(late + 600, late))
      assert.equal(30, days.place(NOON + HOUR, NOON))
      assert.is_nil(days.place(NOON + HOUR + 1, NOON))
   end)

   it("have no place for what has no date", function()
      assert.is_nil(days.place(nil, NOON))
   end)

   it("tell one good backup from several, from failed ones only, and from none", function()
      assert.equal("one", days.kind { ready = 1, failed = 3 })
      assert.equal("several", days.kind { ready = 2, failed = 0 })
      assert.equal("failed", days.kind { ready = 0, failed = 1 })
      assert.equal("none", days.kind { ready = 0, failed = 0 })
   end)

   it("are said shortly", function()
      assert.equal("1 Apr", days.said "2026-04-01")
      assert.equal("31 Dec", days.said "2026-12-31")
   end)
end)

describe("what a report tells of an index", function()

   it("counts good, failed and running backups, and the good and failed ones of each day", function()
      local row = only_row {
         backup(NOON), backup(NOON - HOUR), backup(NOON - DAY, { status = "Failed" }),
         backup(NOON - DAY, { status = "InitializationFailed" }), backup(NOON, { status = "Initializing" }),
         backup(NOON, { status = "Unheard-of" }), backup(NOON - 40 * DAY),
      }
      assert.same({ 3, 2, 2 }, { row.ready, row.failed, row.running })
      assert.equal(70, row.size_bytes)
      assert.same({ date = "2026-04-24", ready = 2, failed = 0, size_bytes = 10 }, row.days[30])
      assert.same({ date = "2026-04-23", ready = 0, failed = 2 }, row.days[29])
   end)

   it("has the newest good backup, whatever the order of the list, and its size for the day", function()
      local row = only_row {
         backup(NOON - 3 * HOUR, { size_bytes = 1 }), backup(NOON - HOUR, { size_bytes = 2 }),
         backup(NOON - 2 * HOUR, { size_bytes = 3 }), backup(NOON, { status = "Failed" }),
      }
      assert.equal(HOUR, row.newest.age)
      assert.equal(2, row.days[30].size_bytes)
   end)

   it("takes the same of two that are equally old", function()
      local one, other = backup(NOON, { backup_id = "a" }), backup(NOON, { backup_id = "b" })
      assert.equal("b", only_row { one, other }.newest.backup_id)
      assert.equal("b", only_row { other, one }.newest.backup_id)
   end)

   local function status_of(...)
      return only_row { ... }.status
   end

   it("has a status: fresh, late, failing or none", function()
      assert.equal("fresh", status_of(backup(NOON - 25 * HOUR)))
      assert.equal("late", status_of(backup(NOON - 25 * HOUR - 1)))
      assert.equal("failing", status_of(backup(NOON - HOUR), backup(NOON, { status = "Failed" })))
      local good = backup(NOON - HOUR)
      local before, since = backup(NOON - 2 * HOUR, { status = "Failed" }), backup(NOON, { status = "Failed" })
      assert.equal("failing", status_of(before, good, since))
      assert.equal("failing", status_of(since, good, before))
      assert.equal("fresh", status_of(backup(NOON), backup(NOON - HOUR, { status = "Failed" })))
      assert.equal("none", status_of())
      assert.equal("none", status_of(backup(NOON, { status = "Failed" }), backup(NOON, { status = "Initializing" })))
   end)

   it("believes no date in the future, and does without a date", function()
      local dateless = backup(NOON)
      dateless.created_at = nil
      for _, odd in ipairs { backup(NOON + 2 * HOUR), dateless, backup(NOON, { created_at = "soon" }) } do
         local row = only_row { odd }
         assert.equal("none", row.status)
         assert.same({ 1, 1 }, { row.ready, row.without_date })
         assert.equal(0, row.days[30].ready)
      end
      assert.equal("fresh", status_of(backup(NOON + HOUR)))
   end)

   it("says that there are dates that cannot be believed", function()
      local report = report_of { backup(NOON + 2 * HOUR) }
      local wanted = "1 backup without a date that can be believed"
      expect.holds(report_text.for_people(report, { width = 80 }), wanted)
      expect.holds(html.page(report), wanted)
   end)

   it("is of names: one that is no index any more is deleted", function()
      local report = report_of({ backup(NOON), backup(NOON, { source_index_name = "gone" }) }, {
         { name = "movies" }, { name = "new" },
      })
      local told = {}
      for place, row in ipairs(report.indexes) do
         told[place] = row.index_name .. " " .. row.status
      end
      assert.same({ "gone deleted", "movies fresh", "new none" }, told)
      assert.same({ 2, 1, 1, 1 }, { report.totals.indexes, report.totals.deleted, report.totals.fresh,
         report.totals.none })
   end)

   it("leaves out indexes of pods and of drills, and says so", function()
      local report = report_of({}, {
         { name = "legacy", spec = { pod = {} } }, { name = "drill-movies-20260424-060000-xkwqzbtf" },
         { name = "classic", deployment = { deployment_type = "pod" } },
      })
      assert.equal(0, #report.indexes)
      assert.same({
         { index_name = "classic", reason = "pods" },
         { index_name = "drill-movies-20260424-060000-xkwqzbtf", reason = "drill" },
         { index_name = "legacy", reason = "pods" },
      }, { report.skipped[1], report.skipped[2], report.skipped[3] })
   end)
end)

describe("the picture of an index", function()

   it("has bars as high as backups are large, thin ones for several, and marks for failed ones", function()
      local row = only_row {
         backup(NOON, { size_bytes = 200 }), backup(NOON - DAY, { size_bytes = 100 }),
         backup(NOON - DAY, { size_bytes = 100, backup_id = "other" }), backup(NOON - 2 * DAY, { status = "Failed" }),
      }
      local drawn = svg.timeline(row, "p1")
      expect.holds(drawn, '<title>24 Apr: 1 good, 200 B</title><path class="g" d="M233 26v-24h6v24z"/>',
         '<title>23 Apr: 2 good, 100 B</title><path class="g" d="M225 26v-16h2.5v16zM228.5 26v-16h2.5v16z"/>',
         '<title>22 Apr: 1 failed</title><path class="f" d="M217 29h6v5h-6z"/>',
         "Good backups on 2 days, only failed ones on 1 day, none on 27 days.")
   end)

   it("has dates at Mondays, where they do not touch each other or today", function()
      local dates = {}
      for date in svg.axis(days.new(NOON), NOON):gmatch ">([^<]+)</span>" do
         dates[#dates + 1] = date
      end
      assert.same({ "30 Mar", "6 Apr", "13 Apr", "today" }, dates)
   end)
end)

-- A month in an emulator ----------------------------------------------------------------------------------------------

-- What happened to each index in thirty nights: nothing, one good backup, two, a failed one, a good one and then a
-- failed one. The last night is today's, at three; it is noon.
local nights = {
   movies = "11111111111111112222211111x111",
   songs = "..111111111111111111111111xx..",
   ["customer-support-embeddings-production-eu-wes"] = "................1111111.11111b",
   broken = "............................xx",
   gone = "1111111111111111..............",
   new = "..............................",
}

local HOSTILE = [[<script>alert("1")</script> & 'so']]

local function names_of(list)
   local names = {}
   for name in pairs(list) do
      names[#names + 1] = name
   end
   table.sort(names)
   return names
end

local function seed()
   local indexes = {
      { name = "legacy", dimension = 2, spec = { pod = { environment = "us-east1-gcp", pod_type = "p1.x1" } } },
      { name = "drill-movies-20260424-060000-xkwqzbtf", dimension = 3 },
   }
   for place, name in ipairs(names_of(nights)) do
      indexes[#indexes + 1] = { name = name, dimension = 3, records = 20 * place }
   end
   return { indexes = indexes }
end

local function go_to(emulator, time)
   assert(emulator:advance(time - assert(emulator:time())))
end

local goods, bads = { ["1"] = 1, ["2"] = 2, b = 1 }, { x = 1, b = 1 }

local function back_up(pc, night, counts, name, what)
   for _, index_name in ipairs(names_of(nights)) do
      for _ = 1, counts[nights[index_name]:sub(night, night)] or 0 do
         pinecone.assert(pc:create_backup { index_name = index_name, name = name })
         what.made = what.made + 1
      end
   end
end

local function live_a_month(emulator, pc)
   local what = { made = 0 }
   local first = (math.floor(assert(emulator:time()) / DAY) + 1) * DAY
   for night = 1, 30 do
      go_to(emulator, first + (night - 1) * DAY + 3 * HOUR)
      back_up(pc, night, goods, night == 30 and HOSTILE or "nightly", what)
      assert(emulator:advance(60))
      assert(emulator:fault { operation = "create_backup", job = "failed", on = "all" })
      back_up(pc, night, bads, "failing", what)
      assert(emulator:clear_faults())
   end
   pinecone.assert(pc:delete_index "gone")
   go_to(emulator, first + 29 * DAY + 12.1 * HOUR) -- ages are to a second, and the clock goes on
   return what
end

-- What differs from run to run, as wide as before.
local function without_dates(shown)
   shown = shown:gsub("%d+ %u%l?%l?%u%u +TODAY", ("A"):rep(30))
   return (shown:gsub("%d%d%d%d%-%d%d%-%d%d %d%d:%d%d UTC", "NOW"))
end

describe("pinecone-backup report", function()
   local emulator, typed, pc, what, folder

   setup(function()
      emulator = service.start { seed = seed() }
      typed, pc = shell.new(emulator), service.client(emulator)
      what = live_a_month(emulator, pc)
   end)
   teardown(function() emulator:stop() end)
   before_each(function() folder = scratch.new() end)
   after_each(function() folder:remove() end)

   describe("on a terminal", function()

      local function shown(columns)
         local ended = typed:on_terminal("report", { COLUMNS = tostring(columns) }):wait()
         assert.equal(0, ended.code, ended.text)
         return shell.plain(ended.out)
      end

      it("is a table, worst first", function()
         shell.assert_golden("report", without_dates(shown(100)))
      end)

      it("has two lines for each index where a table has no room", function()
         shell.assert_golden("report-narrow", without_dates(shown(80)))
      end)

      it("has three where the counts have no room beside the days", function()
         shell.assert_golden("report-40", without_dates(shown(40)))
      end)

      it("keeps to the width", function()
         for _, columns in ipairs { 40, 60, 80, 100, 120 } do
            for line in shown(columns):gmatch "[^\n]+" do
               assert.is_true(text.width(line) <= columns, ("%d: %s"):format(columns, line))
            end
         end
      end)

      it("keeps to it whatever the host and the counts are", function()
         local backups = {}
         for place = 1, 3000 do
            backups[place] = backup(NOON - place, {
               backup_id = "id-" .. place, size_bytes = 123456789, status = place % 2 == 0 and "Failed" or "Ready",
            })
         end
         backups[1].status = "Initializing"
         for _, rows in ipairs { backups, {} } do
            local report = report_of(rows, #rows == 0 and {} or nil)
            for _, host in ipairs { "api.pinecone.io", ("proxy."):rep(20) .. "example" } do
               report.host = host
               for columns = 36, 120 do
                  for line in report_text.for_people(report, { width = columns }):gmatch "[^\n]+" do
                     assert.is_true(text.width(line) <= columns, ("%d: %s"):format(columns, line))
                  end
               end
            end
         end
      end)

      it("has colours by what they mean", function()
         local ended = typed:on_terminal("report", { NO_COLOR = "", TERM = "xterm" }):wait()
         expect.holds(ended.out, "\27[31mlate", "\27[31mnone", "\27[33mfailing", "\27[32mfresh")
      end)
   end)

   it("has rows of raw values with tabs between behind a pipe, in the order of names", function()
      local ended = typed:run "report"
      assert.equal(0, ended.code, ended.text)
      shell.assert_golden("report-piped", ended.out)
   end)

   it("calls late what is older than --max-age", function()
      expect.holds(typed:run "report --max-age 8h".out, "movies\tlate")
      expect.holds(typed:run "report --max-age 5d".out, "songs\tfailing")
   end)

   it("asks for the indexes and the backups of the project, each once", function()
      assert(emulator:clear_requests())
      typed:run "report"
      assert.equal(1, service.sent(emulator, "list_indexes"))
      assert.equal(math.ceil(what.made / 100), service.sent(emulator, "list_project_backups"))
      assert.equal(1 + math.ceil(what.made / 100), service.sent(emulator))
   end)

   it("prints nothing with --quiet", function()
      local ended = typed:run "report --quiet"
      assert.same({ 0, "" }, { ended.code, ended.text })
   end)

   describe("as JSON", function()

      local marks = { ["."] = { 0, 0 }, ["1"] = { 1, 0 }, ["2"] = { 2, 0 }, x = { 0, 1 }, b = { 1, 1 } }

      it("is one document with what the service has", function()
         local report = typed:json "report"
         assert.equal(#names_of(nights), #report.indexes)
         local listed = pinecone.assert(pc:backups():all())
         assert.equal(what.made, #listed)
         for place, name in ipairs(names_of(nights)) do
            local row, good, bytes, newest = report.indexes[place], 0, 0, nil
            assert.equal(name, row.index_name)
            for _, one in ipairs(listed) do
               if one.source_index_name == name then
                  good, bytes = good + (one.status == "Ready" and 1 or 0), bytes + (one.size_bytes or 0)
                  newest = one.status == "Ready" and (newest or "") < one.created_at and one.created_at or newest
               end
            end
            assert.equal(good, row.ready)
            assert.equal(bytes, row.size_bytes)
            assert.equal(newest, row.newest and row.newest.created_at)
         end
         assert.equal(what.made, report.totals.backups)
         assert.equal(emulator.url:match "//(.*)$", report.host)
      end)

      it("has thirty days for each index", function()
         local report = typed:json "report"
         for place, name in ipairs(names_of(nights)) do
            local list = report.indexes[place].days
            assert.equal(30, #list)
            for night = 1, 30 do
               local day = list[night]
               assert.same(marks[nights[name]:sub(night, night)], { day.ready, day.failed }, name .. " " .. day.date)
            end
            assert.equal(report.generated_at:sub(1, 10), list[30].date)
         end
      end)

      it("tells where it wrote a page", function()
         assert.equal(folder:path "page.html", typed:json("report --html " .. folder:path "page.html").html)
         assert.is_string(folder:read "page.html")
      end)
   end)

   describe("as a page", function()

      local function written(options)
         local ended = typed:run(("report --html %s %s"):format(folder:path "page.html", options or ""))
         assert.equal(0, ended.code, ended.text)
         return folder:read "page.html", ended
      end

      it("is written where it is wanted, and says so in a line", function()
         local page, ended = written()
         assert.equal(("wrote %s\n"):format(folder:path "page.html"), ended.out)
         assert.equal("", select(2, written "--quiet").text)
         assert.equal(#page, #typed:run "report --html -".out)
      end)

      it("has all indexes, and says which are not backed up, and which are gone", function()
         local page = written()
         local root, rows = markup.parse(page), {}
         for _, row in ipairs(root:all "tr") do
            local heading, cell = row:all "bdi"[1], row:all "td"[1]
            rows[#rows + 1] = cell and ("%s: %s"):format(heading:text(), cell.attributes.class) or nil
         end
         table.sort(rows)
         assert.same({
            "broken: s none", "customer-support-embeddings-production-eu-wes: s failing", "gone: s deleted",
            "movies: s fresh", "new: s none", "songs: s late",
         }, rows)
         expect.holds(root:text(), "1 pod index and 1 index of a drill", "9 h ago", "Needs attention (4)")
      end)

      it("is in no way about another host", function()
         local page = written()
         for _, pattern in ipairs { "//", "url%s*%(", "@import", "<script", "<link", "<iframe", "<img" } do
            assert.is_nil(page:lower():find(pattern), pattern)
         end
         for _, element in ipairs(markup.parse(page):all()) do
            for name in pairs(element.attributes) do
               assert.is_nil(name:lower():find "^on" or name:find "href$" or name:find "^src", name)
            end
         end
      end)

      it("forbids all but its own style", function()
         local policy
         for _, meta in ipairs(markup.parse(written()):all "meta") do
            policy = meta.attributes["http-equiv"] == "Content-Security-Policy" and meta.attributes.content or policy
         end
         expect.holds(policy, "default-src 'none'", "style-src 'unsafe-inline'")
         assert.is_nil(policy:find "script")
      end)

      it("shows hostile names as they are", function()
         local page = written()
         assert.is_nil(page:find("<script", 1, true))
         expect.holds(page, "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &#39;so&#39;")
         expect.holds(markup.parse(page):text(), HOSTILE)
      end)

      it("has words for every picture, a caption for every table and a scope for every heading", function()
         local root, ids = markup.parse(written()), {}
         for _, element in ipairs(root:all()) do
            local id = element.attributes.id
            assert.is_nil(id and ids[id], id)
            ids[id or ""] = element
         end
         for _, picture in ipairs(root:all "svg") do
            if not picture.attributes["aria-hidden"] then
               assert.equal("img", picture.attributes.role)
               for id in picture.attributes["aria-labelledby"]:gmatch "%S+" do
                  assert.is_true(#ids[id]:text() > 10)
               end
            end
         end
         for _, listing in ipairs(root:all "table") do
            assert.equal(1, #listing:all "caption")
         end
         for _, heading in ipairs(root:all "th") do
            assert.is_string(heading.attributes.scope)
         end
         assert.equal(1, #root:all "h1")
         assert.equal(#names_of(nights) + 1, select(2, written():gsub('role="img"', "")))
      end)

      it("takes the place of an older one in one moment", function()
         local path = folder:write("page.html", "an old page")
         local reader, old = io.open(path, "rb"), uv.fs_stat(path).ino
         local page = written()
         assert.equal("an old page", reader:read "*a")
         reader:close()
         assert.are_not.equal(old, uv.fs_stat(path).ino)
         expect.holds(page, "</html>\n")
         assert.same({ "page.html" }, folder:names())
      end)

      it("leaves an older one alone where the service does not answer", function()
         local path = folder:write("page.html", "an old page")
         local ended = typed:run("report --html " .. path, { PINECONE_API_KEY = "another-key" })
         assert.equal(12, ended.code, ended.text)
         assert.equal("an old page", folder:read "page.html")
      end)

      it("says what is wrong with a file that cannot be written", function()
         local ended = typed:run("report --html " .. folder:path "no/page.html")
         assert.equal(1, ended.code)
         assert.equal(("pinecone-backup: %s cannot be written: No such file or directory\n"):format(
            folder:path "no/page.html"), ended.err)
         ended = typed:run("report --html " .. folder.root)
         assert.equal(1, ended.code)
         expect.holds(ended.err, folder.root .. " cannot be written: ", "directory")
         assert.same({}, folder:names())
      end)

      it("leaves an older one alone where there is no room for all of it, and nothing half-written", function()
         local path = folder:write("page.html", "an old page")
         local ended = typed:run_after("trap '' XFSZ; ulimit -f 4", "report --html " .. path)
         assert.equal(1, ended.code, ended.text)
         expect.holds(ended.err, path .. " cannot be written: File too large")
         assert.equal("an old page", folder:read "page.html")
         assert.same({ "page.html" }, folder:names())
      end)

      -- As for a device; a spec that root runs keeps away from those.
      for _, how in ipairs { "itself", "behind a link" } do
         it("does not put a file in the place of a pipe, " .. how, function()
            local pipe, path = folder:path "pipe", folder:path(how == "itself" and "pipe" or "link")
            process.run(assert(process.find "mkfifo"), pipe)
            if path ~= pipe then
               assert(uv.fs_symlink(pipe, path))
            end
            local before = uv.fs_lstat(path)
            local reader = process.start(assert(process.find "cat"), { pipe })
            finally(function() reader:stop() end)
            assert.equal(0, typed:run("report --html " .. path).code)
            local after = uv.fs_lstat(path)
            assert.same({ before.type, before.ino, before.mode }, { after.type, after.ino, after.mode })
            assert.equal("fifo", uv.fs_stat(path).type)
            expect.holds(reader:wait().out, "<!DOCTYPE html>", "</html>\n")
         end)
      end

      it("is written where a link leads to", function()
         local path = folder:path "link.html"
         folder:write("page.html", "an old page")
         assert(uv.fs_symlink("page.html", path))
         assert.equal(0, typed:run("report --html " .. path).code)
         assert.equal("link", uv.fs_lstat(path).type)
         expect.holds(folder:read "page.html", "</html>\n")
         assert.same({ "link.html", "page.html" }, folder:names())
      end)

      it("can be read by those who could read the one before, and else by those whom the umask leaves", function()
         local path = folder:path "page.html"
         local function mode() return ("%o"):format(uv.fs_stat(path).mode % 512) end
         assert.equal(0, typed:run_after("umask 027", "report --html " .. path).code)
         assert.equal("640", mode())
         assert(uv.fs_chmod(path, 384)) -- 600
         assert.equal(0, typed:run_after("umask 022", "report --html " .. path).code)
         assert.equal("600", mode())
      end)

      it("cannot share standard output with JSON", function()
         local ended = typed:run "report --json --html -"
         assert.equal(2, ended.code)
         assert.equal("", ended.out)
      end)
   end)
end)

describe("a project without anything", function()
   local emulator, typed

   setup(function()
      emulator = service.start()
      typed = shell.new(emulator)
   end)
   teardown(function() emulator:stop() end)

   it("is reported, too", function()
      expect.holds(typed:on_terminal "report":wait().out, "There is no index to back up, and no backup.")
      assert.equal("INDEX\tSTATUS\tNEWEST\tNEWEST ID\tGOOD\tFAILED\tRUNNING\tBYTES\n", typed:run "report".out)
      assert.same({}, typed:json "report".indexes)
      expect.holds(markup.parse(typed:run "report --html -".out):text(), "There is no index to back up, and no backup.")
   end)
end)

-- Pages of reports that no emulator gives -----------------------------------------------------------------------------

describe("a page", function()

   local hostile = {
      [ [[<b>&"'</b>]] ] = [[<b>&"'</b>]],
      ["]]><!-- --><svg/onload=alert(1)>"] = "]]><!-- --><svg/onload=alert(1)>",
      ["a\0b\7c\27[31md\127\10e"] = "a�b�c�[31md��e",
      ["\255\254 \192\175 \237\160\128 \244\144\128\128 a\128"] = "�� � � � a�",
      ["\194\155 \226\128\174 \226\129\166 \239\191\190"] = "� � � �",
      ["naïve 日本語 😀"] = "naïve 日本語 😀",
   }

   it("escapes whatever the server says", function()
      for said, wanted in pairs(hostile) do
         local page = html.page(report_of({ backup(NOON, { source_index_name = said, name = said }) }, {}))
         local found = {}
         for _, element in ipairs(markup.parse(page):all "bdi") do
            found[element:text()] = true
         end
         assert.is_true(found[wanted], ("%q"):format(said))
         assert.is_nil(page:find "[%z\1-\9\11-\31\127]")
      end
   end)

   it("escapes what is no text", function()
      assert.equal("nil", escape(nil))
      assert.equal("1", escape(1))
   end)

   it("is of a sensible size for 500 indexes and 10,000 backups, and is made in a moment", function()
      local indexes, backups = {}, {}
      for number = 1, 500 do
         local name = ("tenant-%03d-embeddings-production-europe-west-4"):format(number):sub(1, 45)
         indexes[number] = { name = name }
         for day = 0, 19 do
            backups[#backups + 1] = backup(NOON - day * DAY, {
               source_index_name = name, name = "nightly-20260424-060000-" .. day, size_bytes = 1e9 + day * 1e7,
            })
         end
      end
      local page
      local seconds = service.seconds_of(function() page = html.page(report_of(backups, indexes)) end)
      assert.is_true(#page < 2e6, #page .. " bytes")
      assert.is_true(seconds < 5 * service.slowness, seconds .. " s")
      assert.equal(500, select(2, page:gsub("Fresh</td>", "")))
   end)

   local function channel(hex)
      local value = tonumber(hex, 16) / 255
      return value <= 0.03928 and value / 12.92 or ((value + 0.055) / 1.055) ^ 2.4
   end

   local function luminance(colour)
      local red, green, blue = colour:match "^#(%x%x)(%x%x)(%x%x)$"
      return 0.2126 * channel(red) + 0.7152 * channel(green) + 0.0722 * channel(blue)
   end

   local function contrast(one, other)
      local light, dark = luminance(one), luminance(other)
      return (math.max(light, dark) + 0.05) / (math.min(light, dark) + 0.05)
   end

   it("has colours that can be read in both themes", function()
      for theme, colours in pairs(style.colours) do
         for _, ground in ipairs { "page", "card" } do
            for _, name in ipairs { "text", "quiet", "good", "bad", "busy" } do
               local measured = contrast(colours[name], colours[ground])
               assert.is_true(measured >= 4.5, ("%s %s on %s: %.2f"):format(theme, name, ground, measured))
            end
         end
      end
   end)
end)
