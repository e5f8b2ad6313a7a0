import Testing

@testable import JSONText

struct JSONObjectReaderTests {
    private struct Pool: Equatable {
        var role: String
        var replicas: Int
        var slo: Int64?
    }

    private static func pool(_ object: JSONObjectReader) -> Pool {
        Pool(
            role: object.required("role", .choice(of: ["mixed", "prefill", "decode"])),
            replicas: object.optional("replicas", .integer(in: 1...), default: 1),
            slo: object.optional("slo", .duration()))
    }

    private func problems(of text: String) throws -> String {
        try problemsFound(text) { $0.object(Self.pool) }
    }

    @Test func readsRequiredOptionalAndDefault() throws {
        #expect(
            try JSONDocument(text: #"{"role": "decode", "slo": "50 ms"}"#).decode { $0.object(Self.pool) }
                == Pool(role: "decode", replicas: 1, slo: 50_000_000))
        #expect(
            try JSONDocument(text: #"{"role": "mixed", "replicas": 4, "slo": null}"#).decode {
                $0.object(Self.pool)
            }
                == Pool(role: "mixed", replicas: 4, slo: nil))
    }

    @Test func findsAllProblemsAtOnce() throws {
        let text = """
            {
              "roel": "decode",
              "replicas": "six",
              "slo": 0.05,
              "color": 1
            }
            """
        #expect(
            try problems(of: text) == """
                1:1: role: missing; expected one of mixed, prefill, decode
                2:3: roel: unknown key; did you mean "role"?
                3:15: replicas: expected an integer of at least 1, found "six"
                4:10: slo: expected a time with its unit, found 0.05; write "50 ms"
                5:3: color: unknown key; known keys are role, replicas, slo
                """)
    }

    @Test func nullIsAbsent() throws {
        #expect(
            try problems(of: #"{"role": null}"#)
                == "1:10: role: missing; expected one of mixed, prefill, decode")
    }

    @Test func aKeyThatIsThereIsNotProposed() throws {
        #expect(
            try problems(of: #"{"role": "mixed", "roles": 1}"#)
                == "1:19: roles: unknown key; known keys are role, replicas, slo")
    }

    @Test func listsKnownKeysInTheOrderOfQuestions() throws {
        let document = try JSONDocument(text: #"{"role": "mixed", "$schema": "x"}"#)
        let known = try document.decode { reader in
            reader.object { object in
                object.ignore("$schema")
                _ = Self.pool(object)
                _ = object.has("role")
                return object.knownKeys
            }
        }
        #expect(known == ["$schema", "role", "replicas", "slo"])
    }

    @Test func allMembersKeepOrderAndLeaveNullOut() throws {
        let document = try JSONDocument(text: #"{"b": 1, "x": null, "a": 2}"#)
        let members = try document.decode { reader in
            reader.object { $0.allMembers.map { "\($0.name)=\($0.reader.read(.integer))@\($0.reader.path)" } }
        }
        #expect(members == ["b=1@b", "a=2@a"])
    }

    @Test func ownChecksHaveAPlace() throws {
        let found = try problemsFound(#"{"pool": {"low": 3, "high": 2}}"#) { reader in
            reader.object { root in
                root.child("pool")?.object { pool in
                    let low = pool.required("low", .integer)
                    if pool.required("high", .integer) < low {
                        pool.fail(at: "high", "expected at least \(low), which is low")
                    }
                    pool.fail("too narrow", remedy: "widen it")
                    #expect(!pool.has("none"))
                }
            }
        }
        #expect(
            found == """
                1:10: pool: too narrow; widen it
                1:29: pool.high: expected at least 3, which is low
                """)
    }

    @Test func noKeysMayBeAllowedAtAll() throws {
        #expect(
            try problemsFound(#"{"a": 1}"#) { $0.object { _ in } }
                == "1:2: a: unknown key; no keys are allowed here")
    }
}
