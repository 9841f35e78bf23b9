-- wrk's part of the bench: every request has the header of the next line of a file, beginning with a given line. The first line follows the last.
-- wrk … -s lines.lua URL -- FILE FIRST HEADER

local requests, following = {}, 0

function init(args)
  for line in io.lines(args[1]) do
    local headers = { [args[3]] = line }
    for name, value in pairs(wrk.headers) do headers[name] = value end
    requests[#requests + 1] = wrk.format("GET", nil, headers)
  end
  following = tonumber(args[2]) % #requests
end

function request()
  following = following + 1
  local text = requests[following]
  if following == #requests then following = 0 end
  return text
end
