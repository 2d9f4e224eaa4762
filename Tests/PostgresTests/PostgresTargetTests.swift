import Testing

@testable import GatewayPostgres

@Suite struct PostgresTargetTests {
    @Test func `each host is a server with its port, and the rest is the same for all`() throws {
        let url = "postgres://gateway@db1:5433,db2/store?target_session_attrs=read-write&sslmode=verify-full"
        let target = try PostgresTarget(url: url)
        #expect(target.servers == [["host": "db1", "port": "5433"], ["host": "db2"]])
        #expect(
            target.parameters == [
                "user": "gateway", "dbname": "store", "target_session_attrs": "read-write", "sslmode": "verify-full",
            ])
    }

    @Test func `one port is that of all hosts`() throws {
        let target = try PostgresTarget(url: "postgres:///x?host=a,b&port=7")
        #expect(target.servers == [["host": "a", "port": "7"], ["host": "b", "port": "7"]])
    }

    @Test func `without a host it is libpq's own default`() throws {
        #expect(try PostgresTarget(url: "postgresql:///gateway").servers == [[:]])
        #expect(try PostgresTarget(url: "postgres:///x?host=/run/postgresql").hosts == ["/run/postgresql"])
    }

    @Test(arguments: [
        "", "db", "host=db", "http://db/x", "postgres://db/x?sslmod=off", "postgres://u:%zz@db/x", "postgres://[::1/x",
        "postgres:///x?host=a,b,c&port=1,2", "postgres://db/x\u{0}y",
    ])
    func `what is no URL of libpq's is refused without its words`(url: String) {
        let refusal = #expect(throws: PostgresTarget.Refusal.self) { try PostgresTarget(url: url) }
        #expect(refusal?.message.contains("zz") == false)
    }
}
