/// What HAProxy asks by: it has no question of its own, but a client in Lua.
enum HAProxyScript {
    static let text = """
        -- Asks Auth Gateway whether a request may pass: `http-request lua.auth-gateway` in HAProxy's configuration.

        -- What the gateway judges a request by, and nothing else of it.
        local asked = { "authorization", "cookie", "accept", "sec-fetch-mode", "x-request-id" }
        -- Who it is, in the words of a yes.
        local identity = { "remote-user", "remote-subject", "remote-email", "remote-name", "remote-groups" }
        -- What the client is told of an answer that is no yes.
        local told = { "www-authenticate", "location", "content-type", "cache-control", "retry-after", "x-request-id" }

        -- Every line of a header, as HAProxy hands them over: counted from 0.
        local function lines(headers, name)
            local found = {}
            local values = headers and headers[name]
            if values then
                for i = 0, #values do found[#found + 1] = values[i] end
            end
            return found
        end

        core.register_action("auth-gateway", { "http-req" }, function(txn)
            local received = txn.http:req_get_headers()
            local question = {
                ["x-forwarded-for"] = { txn.f:src() },
                ["x-forwarded-method"] = { txn.f:method() },
                ["x-forwarded-proto"] = { txn.f:ssl_fc() == 1 and "https" or "http" },
                ["x-forwarded-host"] = { txn.f:req_fhdr("host") },
                ["x-forwarded-uri"] = { txn.f:pathq() },
            }
            for _, name in ipairs(asked) do
                local values = lines(received, name)
                if #values > 0 then question[name] = values end
            end
            local answer = core.httpclient():get({
                url = "http://auth-gateway/auth/verify/haproxy", dst = "abns@auth-gateway",
                headers = question, timeout = 5000,
            })
            local status = answer and answer.status or 0

            if status == 200 then
                for _, name in ipairs(identity) do
                    txn.http:req_del_header(name)
                    local value = lines(answer.headers, name)[1]
                    if value and value ~= "" then txn.http:req_add_header(name, value) end
                end
                return
            end

            -- Whatever is not a yes ends the request here, also that nobody answers.
            local known = status >= 300 and status < 500
            local headers = {}
            for _, name in ipairs(told) do
                local values = known and lines(answer.headers, name) or {}
                if #values > 0 then headers[name] = values end
            end
            headers["cache-control"] = { "no-store" }
            txn:done(txn:reply({
                status = known and status or 503, headers = headers, body = known and answer.body or "",
            }))
        end, 0)
        """
}
