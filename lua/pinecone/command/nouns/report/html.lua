-- A report as one page: nothing from elsewhere, no scripts, and every tag closed, so that it is read as XML, too.

local collect = require "pinecone.command.nouns.report.collect"
local days = require "pinecone.command.nouns.report.days"
local escape = require "pinecone.command.nouns.report.escape"
local style = require "pinecone.command.nouns.report.style"
local svg = require "pinecone.command.nouns.report.svg"
local text = require "pinecone.command.output.text"
local words = require "pinecone.command.nouns.report.words"

local html = {}

local function minute_of(time)
   time = math.floor(time)
   return ("%s %s"):format(days.said(os.date("!%Y-%m-%d", time)), os.date("!%Y, %H:%M UTC", time))
end

local function machine_time(time)
   return os.date("!%Y-%m-%dT%H:%M:%SZ", math.floor(time))
end

-- Rows ----------------------------------------------------------------------------------------------------------------

-- A sign beside each word: neither colour nor language has to be understood.
local shown_statuses = {
   none = { "✕", "No backup" }, late = { "▼", "Late" }, failing = { "▲", "Failing" }, fresh = { "●", "Fresh" },
   deleted = { "–", "Deleted" },
}

local function status_cell(row)
   local shown = shown_statuses[row.status]
   return ('<td role="cell" class="s %s"><span aria-hidden="true">%s </span>%s</td>'):format(row.status, shown[1],
      shown[2])
end

local function newest_cell(row)
   local newest = row.newest
   if not newest then
      return '<td role="cell" class="w">none</td>'
   end
   return ('<td role="cell" class="w"><time datetime="%s" title="%s">%s ago</time><small><bdi>%s</bdi></small></td>')
      :format(machine_time(newest.time), minute_of(newest.time), text.span(newest.age),
         escape(newest.name or newest.backup_id or ""))
end

local function count_cell(row)
   local more = ""
   for _, entry in ipairs { { "failed", "bad" }, { "running", "busy" } } do
      local number = row[entry[1]]
      if number > 0 then
         more = more .. ('<small class="%s">%s %s</small>'):format(entry[2], text.count(number), entry[1])
      end
   end
   return ('<td role="cell" class="r c">%s%s</td>'):format(text.count(row.ready), more)
end

local function row_of(row, id)
   return table.concat {
      '<tr role="row"><th role="rowheader" scope="row" class="i"><bdi>', escape(row.index_name), "</bdi></th>",
      status_cell(row), newest_cell(row), count_cell(row),
      '<td role="cell" class="r z">', text.size(row.size_bytes), "</td>",
      '<td role="cell" class="d">', svg.timeline(row, id), "</td></tr>\n",
   }
end

-- Sections ------------------------------------------------------------------------------------------------------------

local sections = {
   {
      id = "attention", title = "Needs attention", statuses = { none = true, late = true, failing = true },
      caption = "No good backup, none in the last %s, or one that failed since.",
   },
   { id = "fine", title = "Fresh", statuses = { fresh = true }, caption = "A good backup in the last %s." },
   {
      id = "deleted", title = "Deleted indexes", statuses = { deleted = true },
      caption = "The indexes are gone, their backups are still there.",
   },
}

local function head(report)
   local cells = {}
   for place, cell in ipairs {
      { "i", "Index" }, { "s", "Status" }, { "w", "Newest" }, { "r c", "Good" }, { "r z", "Size" },
      { "d", '<span class="hidden">Last 30 days</span>' .. svg.axis(report.indexes[1].days, report.time) },
   } do
      cells[place] = ('<th role="columnheader" scope="col" class="%s">%s</th>'):format(cell[1], cell[2])
   end
   return '<thead role="rowgroup"><tr role="row">' .. table.concat(cells) .. "</tr></thead>\n"
end

local function section_of(section, rows, report)
   local lines = {}
   for place, row in ipairs(rows) do
      if section.statuses[row.status] then
         lines[#lines + 1] = row_of(row, "p" .. place)
      end
   end
   if #lines == 0 then
      return ""
   end
   local id = section.id
   return table.concat {
      ('<section aria-labelledby="%s"><h2 id="%s">%s (%d)</h2>\n'):format(id, id, section.title, #lines),
      ('<table role="table" aria-labelledby="%s"><caption>%s</caption>\n'):format(id,
         section.caption:format(text.span(report.max_age))),
      head(report), '<tbody role="rowgroup">\n', table.concat(lines), "</tbody></table></section>\n",
   }
end

-- Overview ------------------------------------------------------------------------------------------------------------

local function figure(number, of, what)
   local rest = of and ("<small> of %s</small>"):format(of) or ""
   return ("<div><dt>%s</dt><dd>%s%s</dd></div>"):format(what, number, rest)
end

local function figures_of(report)
   local totals = report.totals
   local fresh = totals.fresh + totals.failing
   return table.concat {
      "<dl>", figure(text.count(totals.indexes), nil, totals.indexes == 1 and "index" or "indexes"),
      figure(text.count(fresh), text.count(totals.indexes), "with a good backup in the last "
         .. text.span(report.max_age)),
      figure(text.count(totals.backups), nil, totals.backups == 1 and "backup" or "backups"),
      figure(text.size(totals.size_bytes), nil, "in all"), "</dl>\n",
   }
end

local function legend()
   local items = {}
   for place, entry in ipairs(svg.legend()) do
      items[place] = ("<li>%s%s</li>"):format(entry.picture, entry.words)
   end
   return '<ul class="legend">' .. table.concat(items) .. "</ul>"
end

local function coverage(report)
   local picture = svg.coverage(report.indexes)
   if not picture then
      return ""
   end
   return table.concat {
      '<div class="all"><div><p>In the pictures, a day in UTC has</p>', legend(),
      '</div><div><p>Indexes with a good backup, day by day</p>', picture,
      svg.axis(report.indexes[1].days, report.time), "</div></div>\n",
   }
end

local function overview(report)
   return table.concat {
      '<section aria-labelledby="overview"><h2 id="overview">Overview</h2>\n', figures_of(report), coverage(report),
      "</section>\n",
   }
end

-- The page ------------------------------------------------------------------------------------------------------------

local POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"

local function footer(report)
   local skipped, dateless = words.skipped(report.skipped), words.without_date(report.totals.without_date)
   return table.concat {
      "<footer>", skipped and ("<p>Left out: %s.</p>"):format(skipped) or "",
      dateless and ("<p>In no picture: %s.</p>"):format(dateless) or "",
      #report.indexes > 0 and "<p>A bar is as high as the newest good backup of its day is large, beside the others of "
         .. "its index. Two thin bars are several backups. A red mark beneath the line is a failed one.</p>" or "",
      "<p>Made by pinecone-backup.</p></footer>\n",
   }
end

local function empty(report)
   return #report.indexes == 0 and '<section><h2>Nothing yet</h2>'
      .. '<p class="empty">There is no index to back up, and no backup.</p></section>\n' or ""
end

--- Writes the page.
-- @tparam table report see collect.lua
-- @treturn string UTF-8
function html.page(report)
   local rows = collect.worst_first(report.indexes)
   local first = days.said(os.date("!%Y-%m-%d", report.time - (days.COUNT - 1) * 86400))
   local parts = {
      '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8"/>\n',
      ('<meta http-equiv="Content-Security-Policy" content="%s"/>\n'):format(POLICY),
      '<meta name="viewport" content="width=device-width, initial-scale=1"/>\n',
      '<meta name="color-scheme" content="light dark"/>\n<meta name="robots" content="noindex"/>\n',
      ("<title>Backups at %s</title>\n<style>%s</style>\n</head>\n<body>\n"):format(escape(report.host),
         style.sheet(first .. " to today")),
      ("<header><h1>Backups</h1><p>at <bdi>%s</bdi>, <time datetime=\"%s\">%s</time></p></header>\n<main>\n"):format(
         escape(report.host), machine_time(report.time), minute_of(report.time)),
      overview(report), empty(report),
   }
   for _, section in ipairs(sections) do
      parts[#parts + 1] = section_of(section, rows, report)
   end
   parts[#parts + 1] = "</main>\n" .. footer(report) .. "</body>\n</html>\n"
   return table.concat(parts)
end

return html
