using FsCheck;
using FsCheck.Fluent;
using Godwit.Model.Findings;
using Godwit.Postgres.Connections;
using Npgsql;

namespace Godwit.Postgres.Tests.Connections;

public sealed class PostgresUrlTests
{
    // The URLs of libpq's documentation and regression test, with what libpq makes of them.
    [Theory]
    [InlineData("postgresql://", "anna@[/run/x]:5432/anna")]
    [InlineData("postgres://localhost", "anna@[localhost]:5432/anna")]
    [InlineData("postgresql://localhost:5433", "anna@[localhost]:5433/anna")]
    [InlineData("postgresql://localhost/mydb", "anna@[localhost]:5432/mydb")]
    [InlineData("postgresql://user@localhost", "user@[localhost]:5432/user")]
    [InlineData("postgresql://user:@localhost", "user@[localhost]:5432/user")]
    [InlineData("postgresql://@localhost/", "anna@[localhost]:5432/anna")]
    [InlineData("postgresql://other@localhost/otherdb?connect_timeout=10&application_name=myapp", "other@[localhost]:5432/otherdb")]
    [InlineData("postgresql://host1:123,host2:456/somedb?target_session_attrs=any&application_name=myapp", "anna@[host1]:123,[host2]:456/somedb")]
    [InlineData("postgresql://host1,host2:456,/db", "anna@[host1]:5432,[host2]:456,[/run/x]:5432/db")]
    [InlineData("postgresql://a,b?port=6000", "anna@[a]:6000,[b]:6000/anna")]
    [InlineData("postgresql:///mydb?host=localhost&port=5433", "anna@[localhost]:5433/mydb")]
    [InlineData("postgresql://[2001:db8::1234]/database", "anna@[2001:db8::1234]:5432/database")]
    [InlineData("postgresql://[::1]:12345,[::2]/db", "anna@[::1]:12345,[::2]:5432/db")]
    [InlineData("postgresql:///dbname?host=/var/lib/postgresql", "anna@[/var/lib/postgresql]:5432/dbname")]
    [InlineData("postgresql://%2Fvar%2Flib%2Fpostgresql/dbname", "anna@[/var/lib/postgresql]:5432/dbname")]
    [InlineData("postgresql://%2Frun%2Fa,%2Frun%2Fb:7/d", "anna@[/run/a]:5432,[/run/b]:7/d")]
    [InlineData("postgres://us%40er%3A%2F@h/d%3F%2Fb+c", "us@er:/@[h]:5432/d?/b+c")]
    [InlineData("postgres://u@h/d?", "u@[h]:5432/d")]
    [InlineData("postgres://u@h?dbname=x", "u@[h]:5432/x")]
    [InlineData("postgres://u@h/d?user=v&dbname=e&host=g", "v@[g]:5432/e")]
    [InlineData("postgres://u@h/d?host=", "u@[/run/x]:5432/d")]
    [InlineData("postgres://h%C3%A9/d%E2%82%AC", "anna@[hé]:5432/d€")]
    [InlineData("postgres://h/d?hostaddr=10.0.0.1", "anna@[h=10.0.0.1]:5432/d")]
    public void A_URL_means_what_libpq_makes_of_it(string text, string expected)
    {
        var reading = PostgresUrl.Parse(text, Around());
        Assert.DoesNotContain(reading.Findings, f => f.Severity != Severity.Note);
        Assert.Equal(expected, Describe(reading.Url!));
    }

    [Fact]
    public void Parameters_are_read()
    {
        var url = PostgresUrl.Parse(
            "postgres://h/d?sslmode=verify-full&sslrootcert=/r&sslcert=/c&sslkey=/k&connect_timeout=7&target_session_attrs=read-write&load_balance_hosts=random"
            + "&options=-c%20geqo%3Doff%20-c%20work_mem%3D64MB&keepalives_idle=5&keepalives_interval=2&channel_binding=require&require_auth=scram-sha-256"
            + "&sslnegotiation=direct&passfile=/p&client_encoding=UTF8&gssencmode=prefer",
            Around()).Url!;
        Assert.Equal((SslMode.VerifyFull, "/r", "/c", "/k"), (url.Ssl, url.RootCertificate, url.ClientCertificate, url.ClientKey));
        Assert.Equal((7, SessionDemand.ReadWrite, true), (url.ConnectTimeout, url.Demand, url.LoadBalance));
        Assert.Equal("-c geqo=off -c work_mem=64MB", url.Options);
        Assert.Equal((true, 5, 2), (url.KeepAlives, url.KeepAlivesIdle, url.KeepAlivesInterval));
        Assert.Equal((ChannelBinding.Require, "scram-sha-256", true, "/p"), (url.ChannelBinding, url.RequireAuth, url.DirectSsl, url.PassFile));
        Assert.Equal(SslMode.Require, PostgresUrl.Parse("postgres://h/d?ssl=true", Around()).Url!.Ssl);
    }

    [Theory]
    [InlineData("disable", SslMode.Disable)]
    [InlineData("allow", SslMode.Allow)]
    [InlineData("prefer", SslMode.Prefer)]
    [InlineData("require", SslMode.Require)]
    [InlineData("verify-ca", SslMode.VerifyCA)]
    [InlineData("verify-full", SslMode.VerifyFull)]
    public void Every_sslmode_is_known(string word, SslMode mode)
    {
        Assert.Equal(mode, PostgresUrl.Parse($"postgres://h/d?sslmode={word}", Around()).Url!.Ssl);
        Assert.Equal(mode, PostgresUrl.Parse("postgres://h/d", Around(("PGSSLMODE", word))).Url!.Ssl);
    }

    [Fact]
    public void The_environment_fills_what_the_URL_leaves_open()
    {
        var around = Around(("PGHOST", "e"), ("PGPORT", "77"), ("PGUSER", "eu"), ("PGDATABASE", "ed"), ("PGCONNECT_TIMEOUT", "3"), ("PGSSLMODE", ""));
        var url = PostgresUrl.Parse("postgres://", around).Url!;
        Assert.Equal("eu@[e]:77/ed", Describe(url));
        Assert.Equal((3, SslMode.Prefer), (url.ConnectTimeout, url.Ssl));
        Assert.Equal("u@[h]:1/d", Describe(PostgresUrl.Parse("postgres://u@h:1/d", around).Url!));
    }

    [Theory]
    [InlineData("postgres://user:s3cret@host/db")]
    [InlineData("postgresql://:s3cret@host/db")]
    [InlineData("postgres://host/db?password=s3cret")]
    [InlineData("postgres://host/db?password=s3cret&s3cret2=x")]
    [InlineData("postgres://host/db?pass%77ord=s3cret")]
    [InlineData("postgres://host/db?sslpassword=s3cret")]
    [InlineData("postgres://user:s3c/ret@host/db")]
    [InlineData("postgres://user:33/s3cret@host/db")]
    [InlineData("postgres://user:s3c?ret@host/db")]
    [InlineData("postgres://user:s3%cret@host/db")]
    [InlineData("host=h password=s3cret")]
    [InlineData("Host=h;Password=s3cret")]
    public void A_password_is_refused_and_never_repeated(string text)
    {
        var reading = PostgresUrl.Parse(text, Around());
        Assert.Null(reading.Url);
        var finding = Assert.Single(reading.Findings);
        Assert.Equal(FindingCodes.PasswordInUrl, finding.Code);
        Assert.DoesNotContain("s3c", finding.ToString());
        foreach (var way in (string[])["PGPASSWORD", "PGPASSFILE", ".pgpass", "GODWIT_TARGET_PASSWORD_FILE", "PGPASSWORD_FILE"])
            Assert.Contains(way, finding.Remedy);
    }

    [Theory]
    [InlineData("", "does not begin")]
    [InlineData("mysql://h/d", "does not begin")]
    [InlineData("postgres:/h/d", "does not begin")]
    [InlineData("postgres://h:0/d", "port")]
    [InlineData("postgres://h:65536/d", "port")]
    [InlineData("postgres://h:-1/d", "port")]
    [InlineData("postgres://h:12x/d", "port")]
    [InlineData("postgres://h?port=1,2", "numbers of hosts and ports")]
    [InlineData("postgres://a,b?hostaddr=10.0.0.1", "different numbers")]
    [InlineData("postgres://[::1/d", "bracket")]
    [InlineData("postgres://[]/d", "empty")]
    [InlineData("postgres://[::1]x/d", "IPv6")]
    [InlineData("postgres://h/d%zz", "%")]
    [InlineData("postgres://h/d%2", "%")]
    [InlineData("postgres://h/d%00", "%")]
    [InlineData("postgres://h/d?sslmode", "no =")]
    [InlineData("postgres://h/d?sslmode=a=b", "more than one =")]
    [InlineData("postgres://h/d?nonsense=1", "no parameter nonsense")]
    [InlineData("postgres://h/d?zzz%20z=1", "name that does not exist")]
    [InlineData("postgres://h/d?sslmode=secure", "sslmode is none of")]
    [InlineData("postgres://h/d?connect_timeout=soon", "connect_timeout")]
    [InlineData("postgres://h/d?sslcrl=/x", "not supported")]
    [InlineData("postgres://h/d?service=x", "not supported")]
    [InlineData("postgres://h/d?client_encoding=LATIN1", "client_encoding")]
    [InlineData("postgres://h/d?gssencmode=require", "gssencmode")]
    [InlineData("postgres://h/d?sslrootcert=system&sslmode=require", "verify-full only")]
    [InlineData("postgres://h/d?target_session_attrs=best", "target_session_attrs")]
    [InlineData("postgres://h/d?require_auth=kerberos", "require_auth is none of")]
    [InlineData("postgres://h/d?require_auth=md5,!none", "with and without !")]
    [InlineData("postgres://h/d?hostaddr=example.org", "hostaddr is not an IP address")]
    [InlineData("postgres://h/d?sslnegotiation=direct&sslmode=prefer", "sslnegotiation=direct")]
    public void What_is_wrong_is_a_finding(string text, string reason)
    {
        var reading = PostgresUrl.Parse(text, Around());
        Assert.Null(reading.Url);
        Assert.Contains(reading.Findings, f => f.Code == FindingCodes.BadUrl && f.Message.Contains(reason, StringComparison.Ordinal));
    }

    [Fact]
    public void All_that_is_wrong_is_told_at_once() =>
        Assert.Equal(3, PostgresUrl.Parse("postgres://h:0/d?nonsense=1&sslmode=x", Around()).Findings.Count);

    [Fact]
    public void A_URL_printed_parses_to_the_same()
    {
        var names = Gen.Elements("a", "ü b", "x@y", "p/q", "%41", "q?", "a&b=c", "[z]", "€");
        var hosts = Gen.Elements("h", "10.0.0.1", "::1", "/var/run/x", "fe80::1");
        var urls = from user in names from database in names from host in hosts from port in Gen.Choose(1, 65535) from other in hosts
                   select new PostgresUrl { User = user, Database = database, Hosts = [new PostgresHost(host, port), new PostgresHost(other, 5432)] };
        Prop.ForAll(urls.ToArbitrary(), url => Describe(PostgresUrl.Parse(url.ToString(), Around()).Url!) == Describe(url)).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Any_text_is_answered_without_an_exception() =>
        Prop.ForAll<string>(tail => PostgresUrl.Parse("postgres://" + tail, Around()) is var reading && (reading.Url is null) == reading.Findings.Any(f => f.Severity == Severity.Error))
            .QuickCheckThrowOnFailure();

    internal static ConnectionEnvironment Around(params (string Name, string Value)[] variables) => new()
    {
        Variable = name => Array.Find(variables, v => v.Name == name).Value,
        Home = "/nonexistent",
        UserName = "anna",
        SocketFolders = ["/run/x"],
    };

    private static string Describe(PostgresUrl url) =>
        $"{url.User}@{string.Join(',', url.Hosts.Select(h => $"[{h.Name}{(h.Address is null ? "" : "=" + h.Address)}]:{h.Port}"))}/{url.Database}";
}
