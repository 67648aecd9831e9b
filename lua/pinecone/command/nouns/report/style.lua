-- How a page looks: colours first, so that a spec can measure their contrast.

local style = {}

--- Of text and pictures, by theme. `page` and `card` are what the others stand on.
style.colours = {
   light = {
      page = "#f4f6f8", card = "#ffffff", text = "#1b2430", quiet = "#55606e", line = "#dfe4ea",
      good = "#1a7a47", bad = "#b42318", busy = "#8a5100", faint = "#b9c2cc",
   },
   dark = {
      page = "#0f1419", card = "#171d24", text = "#e6ebf1", quiet = "#a3aebb", line = "#2a323c",
      good = "#4fc486", bad = "#ff8a7f", busy = "#f0b455", faint = "#465261",
   },
}

local order = { "page", "card", "text", "quiet", "line", "good", "bad", "busy", "faint" }

local function variables(theme)
   local parts = {}
   for place, name in ipairs(order) do
      parts[place] = ("--%s:%s"):format(name, style.colours[theme][name])
   end
   return table.concat(parts, ";")
end

local rules = [[
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--text);font:15px/1.45 system-ui,sans-serif;
-webkit-text-size-adjust:100%}
main,header,footer{max-width:1120px;margin:0 auto;padding:0 24px}
header{padding-top:32px}
h1{font-size:26px;line-height:1.2;margin:0;letter-spacing:-.01em}
h2{font-size:17px;margin:0}
p{margin:4px 0 0}
header p,footer,caption,small{color:var(--quiet)}
section{background:var(--card);border:1px solid var(--line);border-radius:10px;margin:24px 0;overflow:hidden}
section h2{padding:18px 20px 0}
dl{display:grid;grid-template-columns:1fr 1.5fr 1fr 1fr;margin:0;padding:18px 20px 16px;gap:16px}
dl div{display:flex;flex-direction:column}
dt{order:2;color:var(--quiet)}
dd{margin:0;font-size:26px;line-height:1.25;font-weight:600;font-variant-numeric:tabular-nums}
.all{display:grid;grid-template-columns:1fr 2fr;gap:24px;border-top:1px solid var(--line);padding:16px 20px}
.all p{margin:0 0 4px;color:var(--quiet)}
table{width:100%;border-collapse:collapse;table-layout:fixed}
caption{text-align:left;padding:2px 20px 12px}
th,td{text-align:left;vertical-align:top;padding:10px 8px;font-weight:400;
border-top:1px solid var(--line);overflow-wrap:anywhere}
thead th{color:var(--quiet);font-size:13px;padding:6px 8px;vertical-align:bottom}
th:first-child{padding-left:20px}
tr th:last-child,td:last-child{padding-right:20px}
tbody th{font-weight:600}
small{display:block;font-size:13px;font-weight:400;line-height:1.4}
dd small{display:inline;font-size:15px}
.r{text-align:right;font-variant-numeric:tabular-nums}
thead .i{width:26%}thead .s{width:11%}thead .w{width:22%}thead .c{width:8%}thead .z{width:10%}
.none,.late,.bad{color:var(--bad)}
.failing,.busy{color:var(--busy)}
.fresh{color:var(--good)}
.deleted{color:var(--quiet)}
.hidden{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.empty{padding:4px 20px 20px}
svg{display:block;width:100%;height:auto;overflow:visible}
.axis{position:relative;height:18px;color:var(--quiet);font-size:12px;line-height:18px;overflow-wrap:normal}
.axis span{position:absolute;white-space:nowrap}
.axis span:last-child{right:0}
.g{fill:var(--good)}
.f{fill:var(--bad)}
.t{fill:var(--faint);opacity:.35}
.n{stroke:var(--faint);stroke-width:2}
.legend{display:grid;grid-template-columns:1fr 1fr;gap:4px 16px;list-style:none;margin:0;padding:0}
.legend li{display:flex;align-items:center;gap:8px}
.legend svg{width:8px;height:34px;flex:none}
footer{padding-bottom:40px;font-size:13px}
footer p{margin-top:10px}
@media (max-width:760px){
main,header,footer{padding:0 12px}
header{padding-top:20px}
section{margin:16px 0}
section h2{padding:16px 16px 0}
caption{padding:2px 16px 12px}
dl{grid-template-columns:1fr 1fr;padding:16px}
.all{grid-template-columns:1fr;gap:16px;padding:16px}
table,caption,tbody,tr,th,td{display:block}
thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
tr{display:grid;grid-template-columns:minmax(0,2fr) minmax(0,1fr) 98px;gap:8px 12px;
padding:14px 16px;border-top:1px solid var(--line)}
tbody th,td,th:first-child,td:last-child{border:0;padding:0;width:auto}
tbody th{grid-column:1/3}
.s{text-align:right;white-space:nowrap}
.r{text-align:left}
.w::before,.c::before,.z::before{display:block;color:var(--quiet);font-size:13px}
.w::before{content:"Newest"}
.c::before{content:"Good"}
.z::before{content:"Size"}
.d{grid-column:1/4}
.d::after{content:"FIRST";display:block;color:var(--quiet);font-size:13px}
}
@media print{
body{background:none}
section{break-inside:auto}
tr{break-inside:avoid}
}
]]

--- The style sheet.
-- @tparam string span what stands beneath a picture where there is no room for dates above it
function style.sheet(span)
   return (":root{color-scheme:light dark;%s}\n@media (prefers-color-scheme:dark){:root{%s}}\n%s"):format(
      variables "light", variables "dark", (rules:gsub("FIRST", span)))
end

return style
