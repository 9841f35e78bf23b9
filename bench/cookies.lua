-- wrk's part of the bench: every request brings the cookies of the next line of a file, from a given line on and round again.
-- wrk … -s cookies.lua URL -- FILE FIRST

local requests, following = {}, 0

function init(args)
  for line in io.lines(args[1]) do
    requests[#requests + 1] = wrk.format("GET", nil, { Cookie = line })
  end
  following = tonumber(args[2]) % #requests
end

function request()
  following = following + 1
  local text = requests[following]
  if following == #requests then following = 0 end
  return text
end
