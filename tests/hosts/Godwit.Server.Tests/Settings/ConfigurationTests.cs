using Godwit.Server.Settings;
using Godwit.Server.Tests.Running;

namespace Godwit.Server.Tests.Settings;

/// <summary>Everything that is wrong, at once, and nothing of any value.</summary>
public sealed class ConfigurationTests
{
    private static readonly (string, string)[] s_good = [("DATABASE_URL", "postgres://app@db.example.org/shop?sslmode=verify-full&sslrootcert=system")];

    [Fact]
    public void What_is_not_said_is_production_with_its_defaults()
    {
        var (settings, findings) = Look(s_good);
        Assert.Empty(findings);
        Assert.True(settings!.Production);
        Assert.Equal(("127.0.0.1:8080", "127.0.0.1:9464"), (settings.Text("GODWIT_LISTEN"), settings.Text("GODWIT_METRICS_LISTEN")));
    }

    [Theory]
    [InlineData("DATABASE_URL", "sqlite:///srv/Q7Z.db")]
    [InlineData("DATABASE_URL", "Q7Z.db")]
    [InlineData("DATABASE_URL", "postgres://Q7Z@db.example.org/shop")]
    [InlineData("DATABASE_URL", "postgres://Q7Z@db.example.org/shop?sslmode=require")]
    [InlineData("DATABASE_URL", "postgres://Q7Z@db.example.org/shop?sslmode=verify-ca")]
    [InlineData("DATABASE_URL", "mysql://Q7Z@db/shop")]
    [InlineData("DATABASE_URL", "")]
    [InlineData("GODWIT_PUBLIC_URL", "http://Q7Z.example.org")]
    [InlineData("GODWIT_PUBLIC_URL", "https://a:Q7Z@example.org")]
    [InlineData("GODWIT_CORS_ORIGINS", "*")]
    [InlineData("GODWIT_CORS_ORIGINS", "https://*.Q7Z.org")]
    [InlineData("GODWIT_CORS_ORIGINS", "http://Q7Z.org")]
    [InlineData("GODWIT_CORS_ORIGINS", "https://Q7Z.org/path")]
    [InlineData("REDIS_URL", "redis://:Q7Z@cache.example.org")]
    [InlineData("GODWIT_LISTEN", "Q7Z:80")]
    [InlineData("GODWIT_LISTEN", "127.0.0.1:99999")]
    [InlineData("GODWIT_METRICS_LISTEN", "127.0.0.1:8080")]
    [InlineData("GODWIT_DATABASE_POOL", "Q7Z")]
    [InlineData("GODWIT_DATABASE_POOL", "1")]
    [InlineData("GODWIT_REQUEST_TIMEOUT", "0")]
    [InlineData("GODWIT_LOG_LEVEL", "Q7Z")]
    [InlineData("GODWIT_ENVIRONMENT", "Q7Z")]
    [InlineData("GODWIT_ENVIRONMENT", "Development")]
    [InlineData("NOTES_KEY", "changeme")]
    [InlineData("NOTES_KEY", "Q7ZQ7ZQ7ZQ7ZQ7ZQ7ZQ7ZQ7ZQ7ZQ7ZQ7ZQ7Z")]
    [InlineData("NOTES_KEY_FILE", "/nowhere/Q7Z")]
    public void Production_refuses_it_by_name_and_without_the_value(string name, string value)
    {
        var (settings, findings) = Look([.. s_good.Where(s => s.Item1 != name), (name, value)]);
        Assert.Null(settings);
        Assert.All(findings, f => Assert.StartsWith(name.Replace("_FILE", "", StringComparison.Ordinal), f.Message, StringComparison.Ordinal));
        Assert.All(findings, f => Assert.DoesNotContain("Q7Z", f.Message + f.Remedy, StringComparison.Ordinal));
        Assert.NotEmpty(findings);
    }

    [Theory]
    [InlineData("DATABASE_URL", "postgres://app@127.0.0.1/shop")]
    [InlineData("GODWIT_PUBLIC_URL", "http://localhost:8080")]
    [InlineData("GODWIT_CORS_ORIGINS", "*")]
    [Trait("ASVS", "12.3.1")]
    [Trait("ASVS", "12.3.2")]
    public void Development_takes_what_production_refuses(string name, string value)
    {
        Assert.Null(Look([.. s_good.Where(s => s.Item1 != name), (name, value)]).Settings);
        Assert.NotNull(Look([.. s_good.Where(s => s.Item1 != name), (name, value), ("GODWIT_ENVIRONMENT", "development")]).Settings);
    }

    [Fact]
    [Trait("ASVS", "13.4.2")]
    public void All_that_is_wrong_is_said_at_once() =>
        Assert.Equal(4, Look(("GODWIT_LISTEN", "x"), ("GODWIT_STOP_NOTICE", "-1"), ("NOTES_MOST", "1000")).Findings.Count);

    [Fact]
    public void A_value_may_be_in_a_file()
    {
        var file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, "postgres://app@db.example.org/shop?sslmode=verify-full&sslrootcert=system\n");
            Assert.NotNull(Look(("DATABASE_URL_FILE", file)).Settings);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void A_socket_of_this_machine_needs_no_TLS() => Assert.NotNull(Look(("DATABASE_URL", "postgres://app@%2Fvar%2Frun%2Fpostgresql/shop")).Settings);

    private static (Godwit.Http.Settings.SettingValues? Settings, IReadOnlyList<Model.Findings.Finding> Findings) Look(params (string Name, string Value)[] variables) =>
        ServerConfiguration.Look([new NotesModule()], name => variables.FirstOrDefault(v => v.Name == name).Value);
}
