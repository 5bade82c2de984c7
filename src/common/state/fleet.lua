-- fleet.lua - what hosts share of limits, tell each other, and have spent. See docs/fleet.md.
--
-- KEYS[1] is "{PREFIX}:hosts"; all other keys begin with "{PREFIX}:" as well, so that they are in
-- one slot of a cluster. Times are this server's, in ms; shares are in 1e-9 of a limit; credit is
-- in ns of the whole limit's rate. All numbers are whole.
local p = string.sub(KEYS[1], 1, -6)
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local DAY, ALL = 86400000, 1000000000

local function numbers(text)
    local out = {}
    for n in string.gmatch(text or '', '[^ ]+') do out[#out + 1] = tonumber(n) end
    return out
end

local function text(n) return string.format('%.0f', n) end

-- ---- a host's round trip ---------------------------------------------------------------------

local host, name, lease = ARGV[1], ARGV[2], tonumber(ARGV[3])
local epoch_seen, seq_seen, known = ARGV[4], tonumber(ARGV[5]), tonumber(ARGV[6])
local away, salt = ARGV[7] == '1', ARGV[8]
local n_limits, n_events, n_sums = tonumber(ARGV[9]), tonumber(ARGV[10]), tonumber(ARGV[11])
local at = 11

local function arg()
    at = at + 1
    return ARGV[at]
end

local fleet = p .. 'fleet'
if redis.call('EXISTS', fleet) == 0 then
    redis.call('HSET', fleet, 'epoch', text(now), 'salt', salt, 'seq', '0')
end
redis.call('PEXPIRE', fleet, 7 * DAY)
local epoch = redis.call('HGET', fleet, 'epoch')
salt = redis.call('HGET', fleet, 'salt')
local emptied = epoch_seen ~= '0' and epoch_seen ~= epoch
if emptied then seq_seen = 0 end

redis.call('ZADD', KEYS[1], now, host)
-- What a host takes their number for is of use only where nobody has met them here lately.
if not emptied and now - tonumber(epoch) > 5000 then
    known = math.min(known, redis.call('ZCARD', KEYS[1]))
end
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - 600000)
redis.call('HSET', p .. 'names', host, name)
redis.call('PEXPIRE', KEYS[1], DAY)
redis.call('PEXPIRE', p .. 'names', DAY)
local hosts = redis.call('ZCOUNT', KEYS[1], now - 60000, '+inf')

-- After an outage those who are not back yet still go by their part of the limit, for 5 s at most.
if (away or emptied) and known > 1 then
    redis.call('SET', p .. 'rejoin', known, 'PX', 5000)
end
local absent = 0
local expected = tonumber(redis.call('GET', p .. 'rejoin') or 0)
if expected > 0 then
    local present = redis.call('ZCOUNT', KEYS[1], now - 1500, '+inf')
    absent = math.max(0, expected - present) / expected
end

local out = {tonumber(epoch), salt, hosts, 0}

local function limit()
    local id, want, demand = arg(), tonumber(arg()), tonumber(arg())
    local credit, burst, label = tonumber(arg()), tonumber(arg()), arg()
    local key = p .. 's:' .. id
    local all = redis.call('HGETALL', key)
    local free, others, n, pool = ALL * (1 - absent), 0, 0, nil
    for i = 1, #all, 2 do
        local v = numbers(all[i + 1])
        if all[i] == 'pool' then
            pool = math.min(burst, v[1] + (now - v[2]) * 1000000 * v[3] / ALL)
        elseif all[i] ~= 'label' and all[i] ~= host then
            if v[3] > now then
                free, others, n = free - v[1], others + v[2], n + 1
            elseif v[3] < now - 60000 then
                redis.call('HDEL', key, all[i])
            end
        end
    end
    if not pool then pool = (away or emptied) and 0 or burst end
    local share = math.floor(math.max(0, math.min(want, free)))
    if share < want / 16 then share = 0 end -- a crumb would be a debt for long, not a rate
    local most = burst * share / ALL
    local grant = math.floor(math.min(most - credit, pool))
    pool = math.min(burst, pool - grant)
    redis.call('HSET', key, 'pool', text(pool) .. ' ' .. text(now) .. ' ' ..
        text(math.max(0, free - share)), host,
        text(share) .. ' ' .. text(demand) .. ' ' .. text(now + lease), 'label', label)
    redis.call('PEXPIRE', key, 60000)
    redis.call('ZADD', p .. 'scopes', now, id)
    redis.call('ZREMRANGEBYSCORE', p .. 'scopes', '-inf', now - 60000)
    redis.call('PEXPIRE', p .. 'scopes', DAY)
    out[#out + 1] = share
    out[#out + 1] = grant
    out[#out + 1] = others
    out[#out + 1] = n
end

-- KIND:ID, how long from now, and what else is to be said of it. 0 ms: it is over.
local function tell()
    local field, ms, more = arg(), tonumber(arg()), arg()
    local value = ms > 0 and now + ms or 0
    local old = numbers(redis.call('HGET', p .. 'events', field) or '0 0 0')
    if ms > 0 and old[1] >= value then return end
    redis.call('HSET', p .. 'events', field, text(value) .. ' ' .. more .. ' ' .. text(now))
    redis.call('ZADD', p .. 'order', redis.call('HINCRBY', fleet, 'seq', 1), field)
    redis.call('PEXPIRE', p .. 'events', DAY)
    redis.call('PEXPIRE', p .. 'order', DAY)
end

-- Each host's own sum only grows; who asks takes over what he had told and forgotten. So does the
-- most that anybody has known of: with it a sum that was lost here is not lost to hosts that come
-- later, whether or not its own host is there (sc_fleet_others_spent).
local function sum()
    local id, spent, held = arg(), tonumber(arg()), tonumber(arg())
    local elsewhere, ttl, label = tonumber(arg()), tonumber(arg()), arg()
    local key = p .. 'm:' .. id
    local own = math.max(spent, tonumber(redis.call('HGET', key, host) or 0))
    local most = math.max(own + elsewhere, tonumber(redis.call('HGET', key, 'most') or 0))
    redis.call('HSET', key, host, text(own), host .. '|', text(held) .. ' ' .. text(now),
        'most', text(most), 'label', label)
    redis.call('PEXPIRE', key, ttl)
    redis.call('ZADD', p .. 'sums', now + ttl, id)
    redis.call('ZREMRANGEBYSCORE', p .. 'sums', '-inf', now)
    local others, aside = 0, 0
    local all = redis.call('HGETALL', key)
    for i = 1, #all, 2 do
        if string.sub(all[i], -1) == '|' then
            local v = numbers(all[i + 1])
            if all[i] ~= host .. '|' and v[2] > now - 60000 then aside = aside + v[1] end
        elseif all[i] ~= 'label' and all[i] ~= 'most' and all[i] ~= host then
            others = others + tonumber(all[i + 1])
        end
    end
    out[#out + 1] = own
    out[#out + 1] = math.max(others, most - own)
    out[#out + 1] = aside
end

for _ = 1, n_limits do limit() end
for _ = 1, n_events do tell() end
for _ = 1, n_sums do sum() end

out[4] = tonumber(redis.call('HGET', fleet, 'seq'))
for _, field in ipairs(redis.call('ZRANGEBYSCORE', p .. 'order', '(' .. text(seq_seen), '+inf')) do
    local v = numbers(redis.call('HGET', p .. 'events', field) or '0 0 0')
    if v[1] > now or (v[1] == 0 and v[3] > now - 60000) then
        out[#out + 1] = field
        out[#out + 1] = v[1] > now and v[1] - now or 0
        out[#out + 1] = v[2]
    elseif v[1] < now - 1000 then
        redis.call('ZREM', p .. 'order', field)
        redis.call('HDEL', p .. 'events', field)
    end
end
return out
