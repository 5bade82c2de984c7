-- ask.lua WAY URL: asks with one of lua-curl's ways to use libcurl, and prints all it gets.
local curl = require "curl"
local way, url = arg[1], arg[2]
local ask = os.getenv("ASK")
local c = curl.easy_init()
local rest = ask:rep(1000)
local code = 0

c:setopt(curl.OPT_URL, url)
c:setopt(curl.OPT_POST, 1)
c:setopt(curl.OPT_HTTPHEADER, {"Content-Type: application/json"})
if way == "read" then
    c:setopt(curl.OPT_POSTFIELDSIZE, #rest)
    c:setopt(curl.OPT_READFUNCTION, function(max)
        local piece = rest:sub(1, max)
        rest = rest:sub(#piece + 1)
        return #piece, piece
    end)
else
    c:setopt(curl.OPT_POSTFIELDS, ask)
end
c:setopt(curl.OPT_HEADERFUNCTION, function(line)
    io.write("header ", line)
    return #line
end)
local function body(data)
    io.write("body ", #data, " ", data, "\n")
    return #data
end
if way == "fail" then c:setopt(curl.OPT_FAILONERROR, 1) end
if way == "error" then
    c:setopt(curl.OPT_WRITEFUNCTION, function() error("enough", 0) end)
    for _ = 1, 3 do print(pcall(function() return c:perform() end)) end
end
c:setopt(curl.OPT_WRITEFUNCTION, body)
local ok, message, number = c:perform()
print(ok, message, number)
for _, info in ipairs {"RESPONSE_CODE", "SIZE_DOWNLOAD", "SIZE_UPLOAD", "HEADER_SIZE",
                       "REQUEST_SIZE", "CONTENT_TYPE", "EFFECTIVE_URL"} do
    local id = curl["INFO_" .. info]
    if id then print(info, c:getinfo(id)) end
end
os.exit(ok and 0 or 3)
