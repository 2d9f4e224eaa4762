import Testing

@testable import GatewayProviders

@Suite struct StoredHashTests {
    /// Made by other implementations: the first two, and those of argon2i, are of the reference implementation's own
    /// tests (phc-winner-argon2, `src/test.c`), the next two of argon2-cffi 25.1, the rest of passlib 1.7.4 with bcrypt
    /// 4.0.1.
    private static let vectors = [
        ("password", "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"),
        ("password", "$argon2id$v=19$m=256,t=2,p=2$c29tZXNhbHQ$bQk8UB/VmZZF4Oo79iDXuL5/0ttZwg2f/5U52iv1cDc"),
        ("password", "$argon2i$v=19$m=256,t=2,p=1$c29tZXNhbHQ$iekCn0Y3spW+sCcFanM2xBT63UP2sghkUoHLIUpWRS8"),
        ("password", "$argon2i$v=19$m=256,t=2,p=2$c29tZXNhbHQ$T/XOJ2mh1/TIpJHfCdQan76Q5esCFVoT5MAeIM1Oq2E"),
        (
            "pässwörd",
            "$argon2id$v=19$m=64,t=3,p=4$MDEyMzQ1Njc4OWFiY2RlZg$Gil85LgNtPX4nZVW5pLwHrWEppsV7oDBx9uZ7RL8Ie4"
        ),
        ("", "$argon2id$v=19$m=64,t=1,p=1$MDEyMzQ1Njc4OWFiY2RlZg$YdvKnHDNdnx3UXOE4OXsgVckBvuq3gpvrMbEV3UYnbY"),
        ("U*U", "$2b$04$Evn2vERCv2EEhyS8jL7AOOChnvY20Ny2QJ/W2l6fdloNrkujpKFme"),
        ("U*U", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"),
        ("correct horse battery staple", "$2b$04$gL5rpo04Sh7GBq8OiaW.XOUv2N3dm.EkTNIkQWLCd3mDHiHa4/Gum"),
        ("pässwörd", "$2b$04$0VAt54ttfED.2O.ieRLqJedeQQy7Ub1jnzAI7eDhIboLP1knAQpNe"),
        ("password", "$bcrypt-sha256$v=2,t=2b,r=4$O9m3jZA.6MwivZS21zHCku$/ES6TWW3Ret.Bv00Evt4xjmol9HaH1m"),
        ("password", "$bcrypt-sha256$v=2,t=2b,r=12$n79VH.0Q2TMWmt3Oqt9uku$Kq4Noyk3094Y2QlB8NdRT8SvGiI4ft2"),
        (
            String(repeating: "a", count: 73),
            "$bcrypt-sha256$v=2,t=2b,r=4$VTb.aRHKFs2Fd/zJKzJwVe$gnPQvpN49cjfsvj.wgVceWxB5TFA8aW"
        ),
        ("nul\0inside", "$bcrypt-sha256$v=2,t=2b,r=4$QgcgbZe4d2CmTs1IFEGkte$Nve3xOaVvNcMnIQB6U.hzCTxgnnrJZe"),
        (
            String(repeating: "pässwörd", count: 12),
            "$bcrypt-sha256$v=2,t=2b,r=4$Wg88fkR71eIL9GGQFGH0Bu$okxySKTA.VVWnp9Rgn9JaM3l4UK75v."
        ),
    ]

    @Test(arguments: vectors) func `hashes of other implementations are known`(password: String, text: String) throws {
        let hash = try #require(StoredHash(text))
        #expect(hash.text == text)
        #expect(try hash.matches(Array(password.utf8)))
        #expect(try !hash.matches(Array((password + "x").utf8)))
    }

    @Test func `a plain bcrypt hash matches no password that bcrypt would cut off`() throws {
        let whole = [UInt8](repeating: UInt8(ascii: "a"), count: 72)
        let hash = try PasswordFormat.bcrypt(cost: 4).hash(whole, salt: [UInt8](repeating: 1, count: 16))
        #expect(hash.text.hasPrefix("$2b$04$"))
        #expect(try hash.matches(whole))
        #expect(try !hash.matches(whole + whole))
        #expect(try !hash.matches(whole + [0]))
    }

    @Test func `what bcrypt would cut off is hashed as passlib does`() throws {
        let salt = [UInt8](repeating: 1, count: 16)
        for password in [[UInt8](repeating: 65, count: 73), [65, 0, 66]] {
            let hash = try PasswordFormat.bcrypt(cost: 4).hash(password, salt: salt)
            #expect(hash.text.hasPrefix("$bcrypt-sha256$v=2,t=2b,r=4$"))
            #expect(try hash.matches(password))
        }
    }

    @Test func `new hashes are written as the formats want them`() throws {
        let salt = Array("0123456789abcdef".utf8)
        let parameters = Argon2id.Parameters(memory: 64, iterations: 1, parallelism: 1)
        #expect(
            try PasswordFormat.argon2id(parameters).hash([], salt: salt).text
                == "$argon2id$v=19$m=64,t=1,p=1$MDEyMzQ1Njc4OWFiY2RlZg$YdvKnHDNdnx3UXOE4OXsgVckBvuq3gpvrMbEV3UYnbY")
        let bcrypt = try PasswordFormat.bcrypt(cost: 4).hash(Array("password".utf8), salt: salt).text
        #expect(bcrypt.utf8.count == 60)
        #expect(StoredHash(bcrypt)?.text == bcrypt)
    }

    @Test(arguments: [PasswordFormat.bcrypt(cost: 4), .argon2id(.init(memory: 64, iterations: 1, parallelism: 1))])
    func `nobody's hash costs what a real one costs, and is nobody's`(format: PasswordFormat) throws {
        let salt = [UInt8](repeating: 1, count: 16)
        let nobody = try format.nobody(salt: salt)
        #expect(!format.outdates(nobody))
        #expect(try !nobody.matches([]))
        #expect(nobody.text.utf8.count == (try format.hash(Array("password".utf8), salt: salt)).text.utf8.count)
    }

    @Test(arguments: [
        "m=1048577,t=1,p=1", "m=99999999999999999999,t=1,p=1", "m=64,t=33,p=1", "m=64,t=0,p=1", "m=7,t=1,p=1",
        "m=256,t=1,p=17", "m=8,t=1,p=2", "m=64,t=1", "t=1,m=64,p=1", "m=064,t=1,p=1", "m=+64,t=1,p=1", "m=-64,t=1,p=1",
        "m=64,t=1,p=1,x=1", "m=64,t=1,p=1,keyid=AA", "",
    ]) func `argon2id parameters out of bounds are not obeyed`(parameters: String) {
        #expect(StoredHash("$argon2id$v=19$m=64,t=1,p=1$MDEyMzQ1Njc4OWFiY2RlZg$YdvKnHDNdnx3UXOE4OXsgQ") != nil)
        #expect(StoredHash("$argon2id$v=19$\(parameters)$MDEyMzQ1Njc4OWFiY2RlZg$YdvKnHDNdnx3UXOE4OXsgQ") == nil)
    }

    @Test(arguments: [
        "$argon2id$v=16$m=64,t=1,p=1$MDEyMzQ1Njc4OWFiY2RlZg$YdvKnHDNdnx3UXOE4OXsgQ",
        "$argon2id$m=64,t=1,p=1$MDEyMzQ1Njc4OWFiY2RlZg$YdvKnHDNdnx3UXOE4OXsgQ",
        "$argon2d$v=19$m=64,t=1,p=1$MDEyMzQ1Njc4OWFiY2RlZg$YdvKnHDNdnx3UXOE4OXsgQ",
        "$argon2id$v=19$m=64,t=1,p=1$MDEyMzQ1Njc4OWFiY2RlZg==$YdvKnHDNdnx3UXOE4OXsgQ",
        "$argon2id$v=19$m=64,t=1,p=1$MDEyMzQ1Njc4OWFiY2RlZg$YdvKnHDNdnx3UXOE4OXs-_",
        "$argon2id$v=19$m=64,t=1,p=1$MDEy$YdvKnHDNdnx3UXOE4OXsgQ", "$argon2id$v=19$m=64,t=1,p=1$MDEyMzQ1Njc4OWFi$YdvK",
        "$argon2id$v=19$m=64,t=1,p=1$MDEyMzQ1Njc4OWFiY2RlZg$", "$argon2id$v=19$m=64,t=1,p=1$MDEyMzQ1Njc4OWFiY2RlZg",
        "$2b$03$Evn2vERCv2EEhyS8jL7AOOChnvY20Ny2QJ/W2l6fdloNrkujpKFme",
        "$2b$17$Evn2vERCv2EEhyS8jL7AOOChnvY20Ny2QJ/W2l6fdloNrkujpKFme",
        "$2b$31$Evn2vERCv2EEhyS8jL7AOOChnvY20Ny2QJ/W2l6fdloNrkujpKFme",
        "$2b$4$Evn2vERCv2EEhyS8jL7AOOChnvY20Ny2QJ/W2l6fdloNrkujpKFme",
        "$2b$+4$Evn2vERCv2EEhyS8jL7AOOChnvY20Ny2QJ/W2l6fdloNrkujpKFme",
        "$2x$04$Evn2vERCv2EEhyS8jL7AOOChnvY20Ny2QJ/W2l6fdloNrkujpKFme",
        "$2b$04$Evn2vERCv2EEhyS8jL7AOOChnvY20Ny2QJ/W2l6fdloNrkujpKFm",
        "$2b$04$Evn2vERCv2EEhyS8jL7AOOChnvY20Ny2QJ/W2l6fdloNrkujpKFm=",
        "$2b$04$Evn2vERCv2EEhyS8jL7AOOChnvY20Ny2QJ/W2l6fdloNrkujpKF\u{e9}",
        "$bcrypt-sha256$2b,4$O9m3jZA.6MwivZS21zHCku$/ES6TWW3Ret.Bv00Evt4xjmol9HaH1m",
        "$bcrypt-sha256$v=1,t=2b,r=4$O9m3jZA.6MwivZS21zHCku$/ES6TWW3Ret.Bv00Evt4xjmol9HaH1m",
        "$bcrypt-sha256$v=2,t=2b,r=31$O9m3jZA.6MwivZS21zHCku$/ES6TWW3Ret.Bv00Evt4xjmol9HaH1m",
        "$5$rounds=5000$salt$hash", "$1$salt$hash", "$y$j9T$salt$hash", "password", "", "$", "$$$", "*0",
    ]) func `anything else is no hash`(text: String) {
        #expect(StoredHash(text) == nil)
    }
}
