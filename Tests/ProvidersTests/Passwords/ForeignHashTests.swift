import GatewayKit
import Testing

@testable import GatewayProviders

/// Hashes of other systems, by what those systems and standards publish.
@Suite(.timeLimit(.minutes(5))) struct ForeignHashTests {
    private typealias Vector = (password: String, foreign: JSONValue, kept: String)

    /// RFC 6070, section 2 (but the vector of 16,777,216 iterations, which is out of bounds) and RFC 7914, section 11.
    private static let pbkdf2: [Vector] = [
        ("password", "$pbkdf2-sha1$i=1$c2FsdA$DGDID5YfDnHzqbUkr2ASBi/gN6Y"),
        ("password", "$pbkdf2-sha1$i=2$c2FsdA$6mwBTcctb4zNHtkqzh1B8NjeiVc"),
        ("password", "$pbkdf2-sha1$i=4096$c2FsdA$SwB5AbdlSJq+rUnZJvch0GWkKcE"),
        (
            "passwordPASSWORDpassword",
            "$pbkdf2-sha1$i=4096$c2FsdFNBTFRzYWx0U0FMVHNhbHRTQUxUc2FsdFNBTFRzYWx0$PS7sT+QchJuAyNg2YsDkSospGpZM8vBwOA"
        ),
        ("pass\0word", "$pbkdf2-sha1$i=4096$c2EAbHQ$Vvpqp1VICZ3MN9fwNCXgww"),
        (
            "passwd",
            "$pbkdf2-sha256$i=1$c2FsdA$VawEblbjCJ/sFpHCJUS2BflBhSFt3gRl5oudV8INrLxJypzM8Xm2RZkWZLOdd"
                + "+8xfHG4RbHjC9UJESBB06GXgw"
        ),
        (
            "Password",
            "$pbkdf2-sha256$i=80000$TmFDbA$TdzY9guYviGDDO5e8icB+WQaRBjQTAQUrv8Ih2s0q1ah1CWhIlgzVJrbh"
                + "BtRybMXaicr3ruh0HhHj2Kzl/M8jQ"
        ),
    ].map { ($0.0, .string($0.1), $0.1) }

    /// RFC 7914, section 12.
    private static let scrypt: [Vector] = [
        (
            "password",
            "$scrypt$ln=10,r=8,p=16$TmFDbA$/bq+HJ00cgB4VucZDQHp/nxq18vII3gw53N2Y0s3MWIurzDZLiKjiG/xC"
                + "SedmDDaxyevuUqD7m2DYMvfoswGQA"
        ),
        (
            "pleaseletmein",
            "$scrypt$ln=14,r=8,p=1$U29kaXVtQ2hsb3JpZGU$cCO9yzr9c0hGHAbNgf046/2o+7qQT44+qbVD9lRdofLVQ"
                + "ylVYT8Pz2LUlwUkKpr55h6F3A1lHkDfzwF7RVdYhw"
        ),
    ].map { ($0.0, .string($0.1), $0.1) }

    /// Django, `tests/auth_tests/test_hashers.py` (4.1).
    private static let django: [Vector] = [
        (
            "lètmein", "pbkdf2_sha256$390000$seasalt$8xBlGd3jVgvJ+92hWPxi5ww0uuAuAnKgC45eudxro7c=",
            "$pbkdf2-sha256$i=390000$c2Vhc2FsdA$8xBlGd3jVgvJ+92hWPxi5ww0uuAuAnKgC45eudxro7c"
        ),
        (
            "lètmein",
            "scrypt$16384$seasalt$8$1$Qj3+9PPyRjSJIebHnG81TMjsqtaIGxNQG/aEB/NYafTJ7tibgfYz71m0ldQESk"
                + "XFRkdVCBhhY8mx7rQwite/Pw==",
            "$scrypt$ln=14,r=8,p=1$c2Vhc2FsdA$Qj3+9PPyRjSJIebHnG81TMjsqtaIGxNQG/aEB/NYafTJ7tibgfYz71"
                + "m0ldQESkXFRkdVCBhhY8mx7rQwite/Pw"
        ),
        (
            "secret", "argon2$argon2i$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$YC9+jJCrQhs5R6db7LlN8Q",
            "$argon2i$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$YC9+jJCrQhs5R6db7LlN8Q"
        ),
        (
            "secret", "argon2$argon2id$v=19$m=102400,t=2,p=8$Y041dExhNkljRUUy$TMa6A8fPJhCAUXRhJXCXdw",
            "$argon2id$v=19$m=102400,t=2,p=8$Y041dExhNkljRUUy$TMa6A8fPJhCAUXRhJXCXdw"
        ),
        (
            "U*U", "bcrypt$$2b$04$Evn2vERCv2EEhyS8jL7AOOChnvY20Ny2QJ/W2l6fdloNrkujpKFme",
            "$2b$04$Evn2vERCv2EEhyS8jL7AOOChnvY20Ny2QJ/W2l6fdloNrkujpKFme"
        ),
        // The tests of crypt_blowfish 1.3; what $2x$ gets wrong.
        (
            "\u{451}", "$2y$05$6bNw2HLQYeqHYyBfLMsv/OUcZd0LKP39b87nBw3.S2tVZSqiQX6eu",
            "$2y$05$6bNw2HLQYeqHYyBfLMsv/OUcZd0LKP39b87nBw3.S2tVZSqiQX6eu"
        ),
    ].map { ($0.0, .string($0.1), $0.2) }

    /// Drepper, "Unix crypt using SHA-256 and SHA-512", the test vectors of its code.
    private static let crypt: [Vector] = [
        (
            "Hello world!",
            "$6$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/O817G3uBnIFNjnQJuesI68u4OTLiBFdcbYEdFCoEOfaS35inz1",
            "$6$rounds=5000$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/O817G3uBnIFNjnQJuesI68u4O"
                + "TLiBFdcbYEdFCoEOfaS35inz1"
        ),
        (
            "we have a short salt string but not a short password",
            "{CRYPT}$6$rounds=77777$short$WuQyW2YR.hBNpjjRhpYD/ifIw05xdfeEyQoMxIXbkvr0gge1a1x3yRULJ5"
                + "CCaUeOxFmtlcGZelFl5CxtgfiAc0",
            "$6$rounds=77777$short$WuQyW2YR.hBNpjjRhpYD/ifIw05xdfeEyQoMxIXbkvr0gge1a1x3yRULJ5CCaUeOx"
                + "FmtlcGZelFl5CxtgfiAc0"
        ),
        (
            "a short string",
            "$6$rounds=123456$asaltof16chars..$BtCwjqMJGx5hrJhZywWvt0RLE8uZ4oPwcelCjmw2kSYu.Ec6ycULe"
                + "voBK25fs2xXgMNrCzIMVcgEJAstJeonj1",
            "$6$rounds=123456$asaltof16chars..$BtCwjqMJGx5hrJhZywWvt0RLE8uZ4oPwcelCjmw2kSYu.Ec6ycULe"
                + "voBK25fs2xXgMNrCzIMVcgEJAstJeonj1"
        ),
        (
            "Hello world!", "$5$saltstring$5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc5",
            "$5$rounds=5000$saltstring$5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc5"
        ),
        (
            "Hello world!",
            "$5$rounds=10000$saltstringsaltst$3xv.VbSHBb41AL9AvLeujZkZRBAwqFMz2.opqey6IcA",
            "$5$rounds=10000$saltstringsaltst$3xv.VbSHBb41AL9AvLeujZkZRBAwqFMz2.opqey6IcA"
        ),
    ].map { ($0.0, .string($0.1), $0.2) }

    /// passlib's `tests/test_handlers_django.py`, made by Django 1.6; bcrypt alone would not tell the passwords apart.
    private static let djangoBcryptSHA256: [Vector] = [
        (
            String(repeating: "abc123", count: 12),
            "bcrypt_sha256$$2a$06$Tg/oYyZTyAf.Nb3qSgN61OySmyXA8FoY4PjGizjE1QSDfuL5MXNni",
            "$sha256-bcrypt$06$Tg/oYyZTyAf.Nb3qSgN61O$ySmyXA8FoY4PjGizjE1QSDfuL5MXNni"
        ),
        (
            String(repeating: "abc123", count: 12) + "qwr",
            "bcrypt_sha256$$2a$06$Tg/oYyZTyAf.Nb3qSgN61Ocy0BEz1RK6xslSNi8PlaLX2pe7x/KQG",
            "$sha256-bcrypt$06$Tg/oYyZTyAf.Nb3qSgN61O$cy0BEz1RK6xslSNi8PlaLX2pe7x/KQG"
        ),
    ].map { ($0.0, .string($0.1), $0.2) }

    /// Published with their passwords: nixpkgs, `nixos/tests/activation`, and a login that was made to be broken into.
    private static let yescrypt: [Vector] = [
        ("hello", "$y$j9T$p6OI0WN7.rSfZBOijjRdR.$xUOA2MTcB48ac.9Oc5fz8cxwLv1mMqabnn333iOzSA6"),
        (
            "supersecret123456789",
            "$y$j75$oxKOUEr7VB56YJ56oJKPkB561186kJaQY7LNi.$h9xZtAcaGCxDxVY3Je0kioXiZvEYi1F/65nlRluRMO2"
        ),
    ].map { ($0.0, .string($0.1), $0.1) }

    /// The first is of OpenLDAP's `slappasswd`, the others of Python's `hashlib`, as are passlib's.
    private static let others: [Vector] = [
        ("fargle", "{SSHA}FM6N1jTf/0PflNiYX1GDVd0V3b/acp0w", "$ssha1$2nKdMA$FM6N1jTf/0PflNiYX1GDVd0V3b8"),
        (
            "correct horse", "{ssha256}YflVcOMs6k7tbGkQbQNVn6/ehAnUAVltiLPKHBWGi2tzYWx0c2FsdA==",
            "$ssha256$c2FsdHNhbHQ$YflVcOMs6k7tbGkQbQNVn6/ehAnUAVltiLPKHBWGi2s"
        ),
        (
            "correct horse",
            "{SSHA512}50rsRNBf8j3I5xE+QwaHdFyMhOzITssZ8BB3UxwQ+SI1JKygYm6ZeRYTDuUyFZIIqDonoTuXwB0Z/MAPhgQCFHNhbHRzYWx0",
            "$ssha512$c2FsdHNhbHQ$50rsRNBf8j3I5xE+QwaHdFyMhOzITssZ8BB3UxwQ+SI1JKygYm6ZeRYTDuUyFZIIqD"
                + "onoTuXwB0Z/MAPhgQCFA"
        ),
        (
            "correct horse", "$pbkdf2-sha256$29000$................$WLhYlPQxUxeCxampUNMDV.ODpbewEuIS5VgscO4WuOU",
            "$pbkdf2-sha256$i=29000$++++++++++++++++$WLhYlPQxUxeCxampUNMDV+ODpbewEuIS5VgscO4WuOU"
        ),
        (
            "correct horse", "$pbkdf2$131000$................$QYms5xN3w1vnGNhXyPnM9Ty/ufI",
            "$pbkdf2-sha1$i=131000$++++++++++++++++$QYms5xN3w1vnGNhXyPnM9Ty/ufI"
        ),
    ].map { ($0.0, .string($0.1), $0.2) }

    /// github.com/firebase/scrypt, `README.md`.
    private static let firebase: Vector = (
        "user1password", firebaseUser(),
        "$firebase-scrypt$ln=14,r=8$42xEC+ixf3L2lw$Bw$"
            + "jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210wjLNmdZJzxUECKbm0QsEmYUSDzZvpjeJ9WmXA$"
            + "lSrfV15cpx95/sZS2W9c9Kp6i/LVgQNDNC/qzrCnh1SAyZvqmZqAjTdn3aoItz+VHjoZilo78198JAdRuid5lQ"
    )

    /// As a realm's export has them; the keys by Python's `hashlib`, Argon2 by the reference implementation's tests.
    private static let keycloak: [Vector] = [
        (
            "correct horse",
            keycloakCredential(
                "pbkdf2-sha256", iterations: 27500,
                "qnA427fe69fAjkevcHZvnm7vp3MewnxKL4g2WLfI7U6teQVH1eR2L5DfcV0psPIfjGPtlZbkpnogYX+2TaSl6w=="),
            "$pbkdf2-sha256$i=27500$AAECAwQFBgcICQoLDA0ODw$qnA427fe69fAjkevcHZvnm7vp3MewnxKL4g2WLfI7"
                + "U6teQVH1eR2L5DfcV0psPIfjGPtlZbkpnogYX+2TaSl6w"
        ),
        (
            "correct horse",
            keycloakCredential(
                "pbkdf2-sha512", iterations: 210000,
                "l4pqr0UVqxiWEnbGDBV//hzeVcB7ZgsFnr5Z+SZYIYjhXWCECCVC/oKM2WWMwBzQGCBfe2yb+20zK3Rr1rkPjg=="),
            "$pbkdf2-sha512$i=210000$AAECAwQFBgcICQoLDA0ODw$l4pqr0UVqxiWEnbGDBV//hzeVcB7ZgsFnr5Z+SZY"
                + "IYjhXWCECCVC/oKM2WWMwBzQGCBfe2yb+20zK3Rr1rkPjg"
        ),
        (
            "correct horse",
            keycloakCredential(
                "pbkdf2", iterations: 20000,
                "fniHe4wujMvABtTa8nlrXUNDmQbEVpEAOGSrBOKjUxr8fq0EhOTrbtwxv0kDHkCeZpDFXImqFMKFND2GDrIqXQ=="),
            "$pbkdf2-sha1$i=20000$AAECAwQFBgcICQoLDA0ODw$fniHe4wujMvABtTa8nlrXUNDmQbEVpEAOGSrBOKjUxr"
                + "8fq0EhOTrbtwxv0kDHkCeZpDFXImqFMKFND2GDrIqXQ"
        ),
        (
            "password",
            keycloakCredential(
                "argon2", iterations: 2, "nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4=", salt: "c29tZXNhbHQ=",
                parameters:
                    #"{"hashLength":["32"],"memory":["256"],"type":["id"],"version":["1.3"],"parallelism":["1"]}"#),
            "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"
        ),
    ]

    @Test(
        arguments: pbkdf2 + scrypt + django + djangoBcryptSHA256 + crypt + yescrypt + others + keycloak + [firebase])
    func `a hash of another system is kept so that its password alone matches, and is outdated`(
        password: String, foreign: JSONValue, kept: String
    ) async throws {
        let hash = try StoredHash(foreign: foreign)
        #expect(hash.text == kept)
        #expect(StoredHash(kept) == hash)
        #expect(try StoredHash(foreign: .string(kept)) == hash)
        #expect(try hash.matches(Array(password.utf8)))
        for other in ["", password + "x", String(password.dropLast())] {
            #expect(try !hash.matches(Array(other.utf8)), "\(other)")
        }
        for format in [
            PasswordFormat.bcrypt(cost: 4), .argon2id(.init(memory: 1 << 20, iterations: 4, parallelism: 1)),
        ] {
            #expect(format.outdates(hash) || kept.hasPrefix("$2") || kept.hasPrefix("$argon2id$"))
        }
    }

    @Test(arguments: [
        "$scrypt$ln=30,r=8,p=1$TmFDbA$\(tag)", "$scrypt$ln=20,r=8,p=1$TmFDbA$\(tag)",
        "$scrypt$ln=17,r=32,p=1$TmFDbA$\(tag)", "$scrypt$ln=10,r=17,p=1$TmFDbA$\(tag)",
        "$scrypt$ln=18,r=8,p=5$TmFDbA$\(tag)", "$scrypt$ln=63,r=9223372036854775807,p=1$TmFDbA$\(tag)",
        "$scrypt$ln=-1,r=8,p=1$TmFDbA$\(tag)", "$scrypt$ln=0,r=8,p=1$TmFDbA$\(tag)",
        "$scrypt$ln=16,r=1,p=1$TmFDbA$\(tag)",
        "$scrypt$ln=14,r=8,p=0$TmFDbA$\(tag)", "$scrypt$ln=14,r=8,p=1$$\(tag)", "$scrypt$ln=14,r=8,p=1$TmFDbA$YWJj",
        "scrypt$1073741824$salt$8$1$\(tag)", "scrypt$16383$salt$8$1$\(tag)",
        "$firebase-scrypt$ln=30,r=8$42xEC+ixf3L2lw$Bw$\(tag)$\(tag)",
        "$firebase-scrypt$ln=14,r=8$42xEC+ixf3L2lw$Bw$\(tag)$YWJj",
        "$pbkdf2-sha256$i=5000001$c2FsdA$\(tag)", "$pbkdf2-sha1$i=2500001$c2FsdA$\(tag)",
        "$pbkdf2-sha256$i=9223372036854775807$c2FsdA$\(tag)", "$pbkdf2-sha256$i=0$c2FsdA$\(tag)",
        "$pbkdf2-sha256$i=01$c2FsdA$\(tag)", "$pbkdf2-md5$i=1$c2FsdA$\(tag)", "$pbkdf2-sha256$i=1$c2FsdA$YWJj",
        "pbkdf2_sha256$999999999$salt$\(tag)", "pbkdf2_sha256$$salt$\(tag)", "pbkdf2_sha256$1$$\(tag)",
        "$6$rounds=1000001$salt$\(crypted)", "$6$rounds=999$salt$\(crypted)", "$6$rounds=5000$$\(crypted)",
        "$6$rounds=5000$seventeen.letters$\(crypted)", "$6$sa:lt$\(crypted)", "$6$salt$\(crypted)x",
        "$5$rounds=1000001$salt$\(crypted.prefix(43))", "$5$rounds=999$salt$\(crypted.prefix(43))",
        "$5$salt$\(crypted)", "$6$salt$\(crypted.prefix(43))",
        "$y$jET$p6OI0WN7.rSfZBOijjRdR.$\(yescrypted)", "$y$jFT$p6OI0WN7.rSfZBOijjRdR.$\(yescrypted)",
        "$y$jzT$p6OI0WN7.rSfZBOijjRdR.$\(yescrypted)", "$y$j9z$p6OI0WN7.rSfZBOijjRdR.$\(yescrypted)",
        "$y$j9.$p6OI0WN7.rSfZBOijjRdR.$\(yescrypted)", "$y$j9T/.$p6OI0WN7.rSfZBOijjRdR.$\(yescrypted)",
        "$y$/9T$p6OI0WN7.rSfZBOijjRdR.$\(yescrypted)", "$y$j9$p6OI0WN7.rSfZBOijjRdR.$\(yescrypted)",
        "$y$j9T$p6OI0WN7.rSfZBOijjRdRz$\(yescrypted)", "$y$j9T$p$\(yescrypted)", "$y$j9T$$\(yescrypted)",
        "$y$j9T$p6OI0WN7:rSfZBOijjRdR.$\(yescrypted)", "$y$j9T$p6OI0WN7.rSfZBOijjRdR.$\(yescrypted)x",
        "$gy$j9T$p6OI0WN7.rSfZBOijjRdR.$\(yescrypted)", "$7$CU..../....SodiumChloride$\(yescrypted)",
        "bcrypt_sha256$$2b$17$\(crypted.prefix(53))", "bcrypt_sha256$$2b$12$\(crypted.prefix(52))", "bcrypt_sha256$",
        "$sha256-bcrypt$17$\(crypted.prefix(22))$\(crypted.prefix(31))",
        "$sha256-bcrypt$12$\(crypted.prefix(21))$\(crypted.prefix(32))",
        "{SSHA}FM6N1jTf/0PflNiYX1GDVd0V3b8=", "{SSHA}!", "{SHA}FM6N1jTf/0PflNiYX1GDVd0V3b8=", "{MD5}FM6N1jTf/0M=",
        "{SSHA",
        "{CRYPT}$1$salt$hash", "$1$salt$hash", "$2b$31$\(crypted.prefix(53))",
        "$argon2id$v=19$m=1048577,t=1,p=1$c29tZXNhbHQ$\(tag)", "$argon2id$v=19$m=262145,t=1,p=1$c29tZXNhbHQ$\(tag)",
        "$argon2id$v=19$m=262144,t=5,p=1$c29tZXNhbHQ$\(tag)", "$argon2i$v=19$m=131072,t=9,p=1$c29tZXNhbHQ$\(tag)",
        "$argon2i$v=19$m=64,t=33,p=1$c29tZXNhbHQ$\(tag)", "argon2$", "bcrypt", "md5$salt$hash", "sha1$seasalt$abc", "*",
        "",
        String(repeating: "x", count: 5000), "$6$" + String(repeating: "$", count: 1020),
    ]) func `what asks for too much, is damaged or of no known format is refused, and not repeated`(text: String) throws
    {
        let refusal = #expect(throws: InputRefusal.self) { try StoredHash(foreign: .string(text)) }
        #expect(refusal?.code == "unsupported_hash")
        #expect(text.utf8.count < 8 || refusal?.detail.contains(text) == false)
    }

    @Test func `an object that is damaged, of another kind or asks for too much is refused`() {
        let objects: [JSONValue] = [
            [:], ["secretData": "x", "credentialData": "x"], ["base64_signer_key": "x"],
            Self.firebaseUser(memory: 30), Self.firebaseUser(memory: -1), Self.firebaseUser(rounds: 1 << 40),
            Self.firebaseUser(algorithm: "STANDARD_SCRYPT"),
            Self.keycloakCredential("pbkdf2-sha256", iterations: 50_000_000, Self.tag),
            Self.keycloakCredential("pbkdf2-sha256", iterations: -1, Self.tag),
            Self.keycloakCredential("md5", iterations: 1, Self.tag),
            Self.keycloakCredential("argon2", iterations: 5, Self.tag),
        ]
        for object in objects { #expect(throws: InputRefusal.self) { try StoredHash(foreign: object) } }
    }

    @Test func `a password that crypt does not take has no hash of it, and costs one`() throws {
        for hash in try [Self.crypt[0], Self.crypt[3], Self.yescrypt[1]].map({ try StoredHash(foreign: $0.foreign) }) {
            for password in [[UInt8](repeating: 65, count: 512), [72, 0, 101], [UInt8](repeating: 65, count: 16_384)] {
                #expect(try !hash.matches(password))
            }
        }
    }

    @Test func `whoever guesses does not choose how long a comparison with a hash of crypt takes`() throws {
        // Both made by crypt(3).
        let longest = String(repeating: "A", count: 64)
        for setting in ["$6$rounds=1000$saltsalt", "$5$rounds=1000$saltsalt"] {
            let hashes = try [longest, longest + "A"].map { password in
                try StoredHash(foreign: .string(try SystemCrypt.hash(Array(password.utf8), setting: setting)))
            }
            #expect(try hashes[0].matches(Array(longest.utf8)))
            #expect(try !hashes[1].matches(Array((longest + "A").utf8)))
        }
    }

    @Test func `every salt and cost of yescrypt that is taken can be computed`() throws {
        let digits = Array("./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
        var taken = 0
        for length in 0...90 {
            for last in digits {
                let salt = String(repeating: "z", count: max(0, length - 1)) + String(last)
                let text = "$y$j75$\(salt)$\(Self.yescrypted)"
                guard StoredHash(text) != nil else { continue }
                taken += 1
                guard taken % 16 == 0 else { continue }
                #expect(try SystemCrypt.hash([65], setting: "$y$j75$\(salt)").hasPrefix("$y$j75$\(salt)$"))
            }
        }
        // Of each four lengths from 2 to 86 one has 4 last characters, one 16, one all 64, and one none.
        #expect(taken == 22 * 4 + 21 * 16 + 21 * 64)
        for parameters in ["j75", "j7T", "jDT", "jF5"] {
            let hash = try #require(StoredHash("$y$\(parameters)$abcdefgh$\(Self.yescrypted)"))
            #expect(try !hash.matches([65]))
        }
    }

    @Test func `what is allowed can be computed, up to the bounds`() throws {
        for (logarithm, blockSize, parallelism) in [(10, 16, 1), (1, 1, 1), (4, 16, 16), (17, 16, 1)] {
            let cost = ScryptCost(logarithm: logarithm, blockSize: blockSize, parallelism: parallelism)
            #expect(cost.isAllowed)
            #expect(try cost.key(of: [1], salt: [2], length: 32).count == 32)
        }
    }

    private static let tag = "DGDID5YfDnHzqbUkr2ASBi/gN6YAAQIDBAUGBwgJCgs"
    private static let crypted =
        "svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/O817G3uBnIFNjnQJuesI68u4OTLiBFdcbYEdFCoEOfaS35inz1"

    private static let yescrypted = "xUOA2MTcB48ac.9Oc5fz8cxwLv1mMqabnn333iOzSA6"

    private static func firebaseUser(
        algorithm: String = "SCRYPT", rounds: Int = 8, memory: Int = 14
    ) -> JSONValue {
        [
            "algorithm": .string(algorithm),
            "base64_signer_key":
                "jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210wjLNmdZJzxUECKbm0QsEmYUSDzZvpjeJ9WmXA==",
            "base64_salt_separator": "Bw==", "rounds": .number("\(rounds)"), "mem_cost": .number("\(memory)"),
            "passwordHash":
                "lSrfV15cpx95/sZS2W9c9Kp6i/LVgQNDNC/qzrCnh1SAyZvqmZqAjTdn3aoItz+VHjoZilo78198JAdRuid5lQ==",
            "salt": "42xEC+ixf3L2lw==",
        ]
    }

    private static func keycloakCredential(
        _ algorithm: String, iterations: Int, _ value: String, salt: String = "AAECAwQFBgcICQoLDA0ODw==",
        parameters: String = "{}"
    ) -> JSONValue {
        [
            "id": "b6c0", "type": "password", "userLabel": "My password", "createdDate": 1_700_000_000_000,
            "secretData": .string(#"{"value":"\#(value)","salt":"\#(salt)","additionalParameters":{}}"#),
            "credentialData": .string(
                #"{"hashIterations":\#(iterations),"algorithm":"\#(algorithm)","#
                    + #""additionalParameters":\#(parameters)}"#),
        ]
    }
}
