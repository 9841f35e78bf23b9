-- An upstream to try things on: a listener of Envoy answers each request with what reached it, as JSON.

local ESCAPES = { ['"'] = '\\"', ["\\"] = "\\\\", ["\n"] = "\\n", ["\r"] = "\\r", ["\t"] = "\\t" }

local function text(value)
  return '"' .. value:gsub('[%c"\\]', function(c) return ESCAPES[c] or string.format("\\u%04x", c:byte()) end) .. '"'
end

function envoy_on_request(handle)
  local headers, names = {}, {}
  for name, value in pairs(handle:headers()) do
    if headers[name] == nil then
      names[#names + 1] = name
      headers[name] = value
    else
      headers[name] = headers[name] .. ", " .. value
    end
  end
  table.sort(names)
  local lines = {}
  for _, name in ipairs(names) do
    if name:sub(1, 1) ~= ":" then lines[#lines + 1] = "    " .. text(name) .. ": " .. text(headers[name]) end
  end
  handle:respond(
    { [":status"] = "200", ["content-type"] = "application/json", ["cache-control"] = "no-store" },
    string.format('{\n  "method": %s,\n  "path": %s,\n  "headers": {\n%s\n  }\n}\n', text(headers[":method"]), text(headers[":path"]), table.concat(lines, ",\n"))
  )
end
