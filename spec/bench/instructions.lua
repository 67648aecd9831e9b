-- Instructions of a call of the library, and of what it is compared with, as make bench-gate counted them.

return {
   ["Lua 5.4.4, libcurl 7.88.1, lua-cjson 2.1.0, gcc 12.2.0, x86_64"] = {
      describe = { ours = 156432, base = 88359 },
      list = { ours = 3962436, base = 3414659 },
   },
}
