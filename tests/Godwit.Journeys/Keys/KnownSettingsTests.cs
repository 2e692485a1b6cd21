using System.Text.Json;
using Godwit.Journeys.Running;

namespace Godwit.Journeys.Keys;

/// <summary><c>godwit config check --env-file</c> where nobody has written rules.</summary>
public sealed class KnownSettingsTests : IDisposable
{
    private const string Canary = "canary-7f3c91", Password = "aQ3zK9rT2mXw8vLp4nYc";

    private const string Good = """
        SECRET_KEY=n6Q0pZx1c3kTqv8yRb5uWm2JhLd7Fg4AsEoVtXiKz9Y
        JWT_SECRET_KEY=Vb8sKq2Zt5Xn0Lw7Pj4Rm9Hc1Yd6Fg3AeUiToSrKzXQ
        API_KEY_PEPPER_FILE=pepper.txt
        DATABASE_URL=postgresql://app@db.example.org/app?sslmode=verify-full
        RATE_LIMIT_REQUESTS=100
        RATE_LIMIT_WINDOW=3600
        JWT_EXPIRE_MINUTES=480
        ALLOWED_ORIGINS=https://app.example.org
        """;

    private readonly WorkFolder _folder = new();

    public KnownSettingsTests() => File.WriteAllText(_folder.File("pepper.txt"), "q4Wd9xB2mT7kLz0RvY5nHc8JpSf1Ga6UeOiXtKbQwZ3\n");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_good_configuration_passes_in_production()
    {
        var outcome = await CheckAsync(0, Good);
        Assert.Equal("as required", outcome.GetProperty("configuration").GetProperty("API_KEY_PEPPER").GetString());
        Assert.Equal(8, outcome.GetProperty("configuration").EnumerateObject().Count());
    }

    [Fact]
    public async Task All_that_is_wrong_is_said_at_once_and_nothing_of_a_value()
    {
        var document = await CheckAsync(1, $"""
            SECRET_KEY=changeme-{Canary}
            JWT_SECRET_KEY=abcabcabcabcabcabcabcabcabcabcabcabcabc
            API_KEY_PEPPER={Password}{Password}{Canary}
            API_KEY_PEPPER_PREVIOUS=django-insecure-{Canary}-{Canary}-{Canary}
            JWT_SECRET={Password}{Password}{Canary}
            DATABASE_URL=postgresql+asyncpg://app:{Canary}@db.example.org/app?sslmode=require
            RATE_LIMIT_REQUESTS={Canary}
            RATE_LIMIT_WINDOW=0
            JWT_EXPIRE_MINUTES=525600
            CORS_ORIGINS=["*", "http://{Canary}.example.org"]
            """);
        var messages = document.GetProperty("findings").EnumerateArray().Select(f => f.GetProperty("message").GetString()!).ToList();
        foreach (var expected in (string[])[
            "SECRET_KEY is a placeholder", "SECRET_KEY is shorter than 32", "JWT_SECRET_KEY repeats itself", "API_KEY_PEPPER_PREVIOUS is, or begins with, a value that everybody knows",
            "JWT_SECRET has the value of API_KEY_PEPPER", "DATABASE_URL does not ask for sslmode=verify-full", "DATABASE_URL's password is shorter than 16", "RATE_LIMIT_REQUESTS is no whole number",
            "RATE_LIMIT_WINDOW is no whole number", "JWT_EXPIRE_MINUTES is no whole number", "CORS_ORIGINS lets every origin in", "CORS_ORIGINS has an origin over plain HTTP"])
            Assert.Contains(messages, m => m.StartsWith(expected, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("sqlite:///./dev.db", "names a SQLite database")]
    [InlineData("sqlite+aiosqlite:///./dev.db", "names a SQLite database")]
    [InlineData("mysql://app@db/app", "is no URL of a PostgreSQL database")]
    [InlineData("postgres://app@db/app", "does not ask for sslmode=verify-full")]
    [InlineData("postgres://app@db/app?sslmode=verify-full&sslmode=prefer", "does not ask for sslmode=verify-full")]
    public async Task A_database_that_is_not_for_production_is_refused_there(string url, string why)
    {
        var text = Good.Replace("postgresql://app@db.example.org/app?sslmode=verify-full", url, StringComparison.Ordinal);
        Assert.Contains(why, (await CheckAsync(1, text)).GetProperty("findings")[0].GetProperty("message").GetString()!, StringComparison.Ordinal);
        if (url.StartsWith("sqlite", StringComparison.Ordinal)) await CheckAsync(0, text, "--environment", "development");
        if (url.StartsWith("sqlite", StringComparison.Ordinal)) await CheckAsync(0, text + "\nGODWIT_ENVIRONMENT=development");
    }

    [Fact]
    public async Task A_socket_needs_no_certificate_and_what_nobody_set_is_missing()
    {
        await CheckAsync(0, Good.Replace("postgresql://app@db.example.org/app?sslmode=verify-full", "postgresql:///app?host=/var/run/postgresql", StringComparison.Ordinal));
        var messages = (await CheckAsync(1, "OTHER=1")).GetProperty("findings").EnumerateArray().Select(f => f.GetProperty("message").GetString()).ToList();
        Assert.Equal(["DATABASE_URL is not there (production)", "SECRET_KEY is not there (production)", "JWT_SECRET_KEY is not there (production)"], messages);
    }

    [Fact]
    public async Task Secrets_that_godwit_makes_pass()
    {
        var file = _folder.File("made.env");
        await File.WriteAllTextAsync(file, "DATABASE_URL=postgresql://app@db.example.org/app?sslmode=verify-full\n", TestContext.Current.CancellationToken);
        (await RunAsync("secrets", "generate", "--env-file", file)).MustBe(0);
        (await RunAsync("secrets", "rotate", "SECRET_KEY", "--env-file", file)).MustBe(0);
        (await RunAsync("config", "check", "--env-file", file)).MustBe(0);
    }

    private async Task<JsonElement> CheckAsync(int code, string text, params IReadOnlyList<string> more)
    {
        await File.WriteAllTextAsync(_folder.File("app.env"), text, TestContext.Current.CancellationToken);
        string[] arguments = ["config", "check", "--env-file", _folder.File("app.env"), .. more];
        var lines = (await RunAsync(arguments)).MustBe(code);
        var document = (await RunAsync([.. arguments, "--json"])).MustBe(code);
        foreach (var said in (string[])[lines.Output, lines.Error, document.Output, document.Error])
        {
            Assert.DoesNotContain(Canary, said, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain(Password, said, StringComparison.OrdinalIgnoreCase);
        }
        return JsonDocument.Parse(document.Output).RootElement;
    }

    private Task<Outcome> RunAsync(params IReadOnlyList<string> arguments) => GodwitProcess.RunAsync(_folder.Path, new Dictionary<string, string?>(StringComparer.Ordinal) { ["GODWIT_ENVIRONMENT"] = null }, arguments);
}
