using Godwit.Model.Findings;
using Godwit.Redis.Settings;

namespace Godwit.Redis.Tests.Settings;

public sealed class RedisUrlTests
{
    [Fact]
    public void A_URL_says_where_and_how()
    {
        var (settings, findings) = RedisUrl.Read("rediss://app@cache.example:6380/3?ca=/etc/ca.pem&password_env=PATH&name=redis.internal&timeout_ms=50");
        Assert.Empty(findings);
        Assert.NotNull(settings);
        Assert.Equal(("cache.example", 6380, 3, "app", true, "/etc/ca.pem", "redis.internal", 50), (settings.Host, settings.Port, settings.Database, settings.User, settings.Tls, settings.AuthorityFile, settings.CertificateName, (int)settings.CommandTimeout.TotalMilliseconds));
        Assert.Equal("the variable PATH", settings.Password?.ToString());
    }

    [Fact]
    public void Without_more_it_is_the_usual_port_twenty_milliseconds_and_no_user()
    {
        var (settings, findings) = RedisUrl.Read("redis://localhost");
        Assert.Empty(findings);
        Assert.NotNull(settings);
        Assert.Equal((6379, 0, 20.0), (settings.Port, settings.Database, settings.CommandTimeout.TotalMilliseconds));
        Assert.Null(settings.User);
        Assert.Null(settings.Password);
    }

    [Fact]
    public void A_password_in_the_URL_works_is_pointed_at_and_is_shown_nowhere()
    {
        var (settings, findings) = RedisUrl.Read("redis://:p%40ss%3Ahunter2@[::1]:7000/");
        Assert.Equal(FindingCodes.RedisPasswordInUrl, Assert.Single(findings).Code);
        Assert.NotNull(settings);
        Assert.Equal("p@ss:hunter2", settings.Password!.Read());
        Assert.Equal("::1", settings.Host);
        Assert.DoesNotContain("hunter2", settings.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", string.Join(' ', findings), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false, Severity.Warning)]
    [InlineData(true, Severity.Error)]
    public void A_plain_connection_to_another_machine_is_a_warning_and_in_production_an_error(bool production, Severity severity)
    {
        var (settings, findings) = RedisUrl.Read("redis://cache.example", production);
        var finding = Assert.Single(findings);
        Assert.Equal((FindingCodes.RedisPlain, severity), (finding.Code, finding.Severity));
        Assert.Equal(production, settings is null);
    }

    [Theory]
    [InlineData("")]
    [InlineData("cache.example:6379")]
    [InlineData("http://hunter2@localhost")]
    [InlineData("redis://")]
    [InlineData("redis://localhost/hunter2")]
    [InlineData("redis://localhost/-1")]
    [InlineData("redis://localhost/99999")]
    [InlineData("redis://localhost:99999")]
    [InlineData("redis://localhost/0?hunter2=1")]
    [InlineData("redis://localhost/0?timeout_ms=0")]
    [InlineData("redis://localhost/0?timeout_ms=1&timeout_ms=2")]
    [InlineData("redis://localhost/0?ca=x")]
    [InlineData("redis://localhost/0?name=x")]
    [InlineData("redis://app@localhost/0")]
    [InlineData("redis://:hunter2@localhost/0?password_env=PATH")]
    [InlineData("redis://:hunter2#x@localhost")]
    public void What_cannot_be_read_is_a_finding_without_the_text(string url)
    {
        var (settings, findings) = RedisUrl.Read(url);
        Assert.Null(settings);
        Assert.Contains(findings, f => f.Code == FindingCodes.RedisUrlUnreadable);
        Assert.All(findings, f => Assert.DoesNotContain("hunter2", f.ToString(), StringComparison.Ordinal));
    }

    [Fact]
    public void Everything_is_told_at_once()
    {
        var (_, findings) = RedisUrl.Read("redis://cache.example/x?a=1&timeout_ms=x&password_file=/nowhere/at-all", production: true);
        Assert.Equal(5, findings.Count);
        Assert.Contains(findings, f => f.Code == FindingCodes.RedisPasswordMissing);
    }

    [Fact]
    public void A_password_file_is_read_anew_each_time_up_to_its_first_line_end()
    {
        var file = Path.GetTempFileName();
        try
        {
            var password = RedisPassword.FromFile(file);
            Assert.NotNull(password.Check());
            File.WriteAllText(file, "first\n");
            Assert.Equal("first", password.Read());
            File.WriteAllText(file, "second\r\nrest");
            Assert.Equal("second", password.Read());
        }
        finally
        {
            File.Delete(file);
        }
    }
}
