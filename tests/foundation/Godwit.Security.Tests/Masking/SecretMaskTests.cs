using System.Diagnostics;
using FsCheck;
using FsCheck.Fluent;
using Godwit.Security.Masking;
using Godwit.Security.Signing;

namespace Godwit.Security.Tests.Masking;

public sealed class SecretMaskTests
{
    [Theory]
    [InlineData("postgres://app:s3cret@db/shop", "postgres://app:***@db/shop")]
    [InlineData("postgresql://app:p@ss/w:rd@db:5432/shop?sslmode=require", "postgresql://app:***@db:5432/shop?sslmode=require")]
    [InlineData("cannot reach postgres://app:two words@db/shop", "cannot reach postgres://app:***@db/shop")]
    [InlineData("postgres://app@db/shop", "postgres://app@db/shop")]
    [InlineData("postgres://db:5432/shop", "postgres://db:5432/shop")]
    [InlineData("POSTGRES://app:s3cret@db", "POSTGRES://app:***@db")]
    [InlineData("redis://:s3cret@cache:6379", "redis://:***@cache:6379")]
    [InlineData("https://s3cret@git.example/x", "https://***@git.example/x")]
    [InlineData("postgres://app@db/shop?password=s3cret&sslmode=require", "postgres://app@db/shop?password=***&sslmode=require")]
    [InlineData("Host=db;Username=app;Password=s3cret;Database=shop", "Host=db;Username=app;Password=***;Database=shop")]
    [InlineData("Host=db;Password=two words;Database=shop", "Host=db;Password=***;Database=shop")]
    [InlineData("Host=db;Password=\"a\"\"b;c\";Database=shop", "Host=db;Password=\"***\";Database=shop")]
    [InlineData("host=db password='it\\'s s3cret' dbname=shop", "host=db password='***' dbname=shop")]
    [InlineData("host=db password=s3cret dbname=shop", "host=db password=*** dbname=shop")]
    [InlineData("PGPASSWORD=s3cret godwit move", "PGPASSWORD=*** godwit move")]
    [InlineData("{\"password\": \"s3c\\\"ret\", \"user\": \"app\"}", "{\"password\": \"***\", \"user\": \"app\"}")]
    [InlineData("client_secret=s3cret", "client_secret=***")]
    [InlineData("api-key: s3cret", "api-key: ***")]
    [InlineData("Authorization: Bearer abc.def-123", "Authorization: ***")]
    [InlineData("Authorization: Basic YXBwOnMzY3JldA==", "Authorization: ***")]
    [InlineData("sent bearer abcdef123456", "sent bearer ***")]
    [InlineData("Set-Cookie: sid=s3cret; HttpOnly", "Set-Cookie: ***")]
    [InlineData("token eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UifQ.DtEhU3ljbEg8L38V was sent", "token *** was sent")]
    [InlineData("API_KEY_PEPPER=s3cret", "API_KEY_PEPPER=***")]
    [InlineData("GODWIT_MASTER_KEY=s3cret run", "GODWIT_MASTER_KEY=*** run")]
    [InlineData("signing_key=s3cret", "signing_key=***")]
    [InlineData("AccountName=a;AccountKey=s3cret==;Suffix=b", "AccountName=a;AccountKey=***;Suffix=b")]
    [InlineData("SECRET_KEY_BASE=s3cret", "SECRET_KEY_BASE=***")]
    [InlineData("DB_PASSWORD_2=s3cret", "DB_PASSWORD_2=***")]
    [InlineData("User=app;Pass=s3cret;Host=db", "User=app;Pass=***;Host=db")]
    [InlineData("totpSecret: s3cret next", "totpSecret: *** next")]
    [InlineData("said {\\\"password\\\":\\\"s3cret\\\",\\\"user\\\":\\\"app\\\"}", "said {\\\"password\\\":\\\"***\\\",\\\"user\\\":\\\"app\\\"}")]
    [InlineData("<user>app</user><password>s3cret</password>", "<user>app</user><password>***</password>")]
    [InlineData("ALTER ROLE app PASSWORD 's3cret' LOGIN", "ALTER ROLE app PASSWORD '***' LOGIN")]
    [InlineData("Authorization: AWS4-HMAC-SHA256 Credential=AKID/x, SignedHeaders=host, Signature=s3cret", "Authorization: ***")]
    [InlineData("Authorization: Digest username=\"app\", response=\"s3cret\"", "Authorization: ***")]
    [InlineData("rolpassword SCRAM-SHA-256$4096:c2FsdA==$c3RvcmVk:c2VydmVy", "rolpassword ***")]
    public void A_secret_is_masked_and_the_rest_stays(string text, string masked)
    {
        Assert.Equal(masked, SecretMask.Mask(text));
        Assert.Equal(masked, SecretMask.Mask(masked));
    }

    [Theory]
    [InlineData("table orders, row 17, column total")]
    [InlineData("foreign key orders_customer_fkey of orders")]
    [InlineData("primary key: id, name")]
    [InlineData("see https://sqlite.org/lang_keywords.html#x")]
    [InlineData("primary_key: id, foreign_key=customer, partition-key: day")]
    [InlineData("db7:keys=1,expires=0")]
    [InlineData("pin: 3, key: 4 and step: copy=all")]
    [InlineData("12:30:05 copied 400 rows at 3.2 MB/s")]
    public void Ordinary_text_stays_as_it_is(string text) => Assert.Equal(text, SecretMask.Mask(text));

    [Theory]
    [InlineData("\n")]
    [InlineData("\\n")]
    public void A_private_key_is_masked_whole_or_cut_short(string newline)
    {
        using var key = SigningKey.Create();
        var pem = key.ExportPem().Replace("\n", newline, StringComparison.Ordinal);
        Assert.Equal("before *** after".Replace(" after", newline + "after", StringComparison.Ordinal), SecretMask.Mask("before " + pem + "after"));
        Assert.Equal("before ***", SecretMask.Mask("before " + pem[..90]));
    }

    [Fact]
    public void No_password_of_a_URL_is_left() =>
        Prop.ForAll<NonNull<string>>(random =>
        {
            var password = "q7Z" + random.Get.Replace('\r', '_').Replace('\n', '_');
            return !SecretMask.Mask($"could not open postgres://app:{password}@db.example/shop").Contains("q7Z", StringComparison.Ordinal);
        }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("postgres://app:q7Zsecret@db")]
    [InlineData("password=q7Zsecret")]
    [InlineData("Password=q7Z secret;")]
    [InlineData("password='q7Zsecret'")]
    [InlineData("\"password\": \"q7Zsecret\"")]
    [InlineData("Authorization: Bearer q7Zsecret!")]
    [InlineData("Bearer q7Zsecret!")]
    [InlineData("-----BEGIN PRIVATE KEY-----q7Zsecret-----END PRIVATE KEY-----")]
    public void A_secret_is_masked_in_whatever_surroundings(string secret)
    {
        var parts = Gen.Elements("password", "=", ":", "'", "\"", ";", " ", "\n", "postgres://", "a", "@", "b", "eyJhbGciOi", ".", "Bearer ", "\\", "token", "&").ArrayOf().ToArbitrary();
        Prop.ForAll(parts, parts, (before, after) =>
            !SecretMask.Mask(string.Concat(before) + " " + secret + " " + string.Concat(after)).Contains("q7Z", StringComparison.Ordinal))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(1000).WithQuietOnSuccess(true));
    }

    [Theory]
    [InlineData("://a:")]
    [InlineData("password=")]
    [InlineData("password=\"")]
    [InlineData("-----BEGIN PRIVATE KEY-----")]
    [InlineData("eyJaaaa.")]
    [InlineData("bearer ")]
    [InlineData("db_password_2=")]
    [InlineData("db_password_2=\"")]
    [InlineData("db_password:\\\"")]
    [InlineData("<password>")]
    [InlineData("password '")]
    [InlineData("password_")]
    [InlineData("authorization")]
    [InlineData("postgres://a:\n")]
    public void Text_made_to_be_slow_is_not(string part)
    {
        var text = string.Concat(Enumerable.Repeat(part, 200_000 / part.Length));
        var clock = Stopwatch.StartNew();
        SecretMask.Mask(text);
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(5));
    }

    [Theory]
    [InlineData("password")]
    [InlineData("Password")]
    [InlineData("db_password")]
    [InlineData("userPassword")]
    [InlineData("PGPASSWORD")]
    [InlineData("client-secret")]
    [InlineData("access_token")]
    [InlineData("key")]
    [InlineData("signingKey")]
    [InlineData("api_key")]
    [InlineData("APIKEY")]
    [InlineData("Authorization")]
    [InlineData("Cookie")]
    [InlineData("connectionString")]
    [InlineData("otp")]
    [InlineData("pepper")]
    [InlineData("totp")]
    [InlineData("mfaCode")]
    [InlineData("recovery_code")]
    [InlineData("session_id")]
    [InlineData("salt")]
    [InlineData("mnemonic")]
    [InlineData("hmacSha256Key")]
    [InlineData("aes256Key")]
    [InlineData("otp1")]
    [InlineData("key2")]
    [InlineData("PINCode")]
    [InlineData("API_KEY_PEPPER")]
    public void A_name_says_that_its_value_is_secret(string name) => Assert.True(SecretNames.IsSecret(name));

    [Theory]
    [InlineData("table")]
    [InlineData("rows")]
    [InlineData("keyset")]
    [InlineData("passed")]
    [InlineData("monkey")]
    [InlineData("session")]
    [InlineData("spinCount")]
    [InlineData("sha256")]
    [InlineData("")]
    public void A_harmless_name_says_nothing(string name) => Assert.False(SecretNames.IsSecret(name));
}
