using Godwit.Engine.Audit;

namespace Godwit.Engine.Tests.Audit;

public sealed class FolderAuditTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("godwit-audit-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("url: postgres://app:s3cret@db/app", "a.txt:2")]
    [InlineData("CREATE ROLE app LOGIN PASSWORD 'hunter2';", "a.txt:2")]
    [InlineData("API_KEY=9f8b7c6d5e4f3a2b", "a.txt:2")]
    [InlineData("\"jwtSecret\": \"9f8b7c6d5e4f3a2b\"", "a.txt:2")]
    [InlineData("-----BEGIN EC PRIVATE KEY-----", "a.txt:2")]
    [InlineData("aws AKIAIOSFODNN7EXAMPLE", "a.txt:2")]
    [InlineData("url: postgres://app@db/app", "Holds")]
    [InlineData("url: postgres://app:${PASSWORD}@db/app", "Holds")]
    [InlineData("CREATE ROLE app LOGIN PASSWORD :'password';", "Holds")]
    [InlineData("API_KEY_PEPPER: {env: API_KEY_PEPPER}", "Holds")]
    [InlineData("API_KEY=changeme", "Holds")]
    [InlineData("SET password_encryption = 'scram-sha-256';", "Holds")]
    [InlineData("token_file: /run/secrets/token1", "Holds")]
    [InlineData("keys: [user_id, tenant_id2]", "Holds")]
    [InlineData("password_hash text NOT NULL", "Holds")]
    public async Task Secrets_are_found_by_their_line_in_any_file(string line, string found)
    {
        await WriteAsync("a.txt", "first\n" + line + "\n");
        Assert.Equal(found, (await LookAsync()).Of("folder.secret"));
    }

    [Fact]
    public async Task A_private_key_that_others_may_read_is_found_and_one_that_they_may_not_is_a_secret_only()
    {
        await WriteAsync("open.pem", "-----BEGIN PRIVATE KEY-----\nx\n", UnixFileMode.UserRead | UnixFileMode.GroupRead);
        await WriteAsync("shut.pem", "-----BEGIN PRIVATE KEY-----\nx\n", UnixFileMode.UserRead);
        var answers = await LookAsync();
        Assert.Equal("open.pem", answers.Of("folder.private-key"));
        Assert.Equal("open.pem:1; shut.pem:1", answers.Of("folder.secret"));
    }

    [Fact]
    public async Task What_everybody_may_write_and_what_leads_out_is_found()
    {
        await WriteAsync("sub/a.sql", "SELECT 1");
        await WriteAsync("b.sql", "SELECT 1", UnixFileMode.UserRead | UnixFileMode.OtherWrite);
        File.SetUnixFileMode(Path.Combine(_folder, "sub"), (UnixFileMode)0b111_111_111);
        File.CreateSymbolicLink(Path.Combine(_folder, "inside"), "sub/a.sql");
        File.CreateSymbolicLink(Path.Combine(_folder, "outside"), "/etc/hostname");
        Directory.CreateSymbolicLink(Path.Combine(_folder, "away"), "..");
        Directory.CreateSymbolicLink(Path.Combine(_folder, "loop"), "loop");
        var answers = await LookAsync();
        Assert.Equal("b.sql; sub", answers.Of("folder.writable"));
        Assert.Equal("away; loop; outside", answers.Of("folder.link"));
        Assert.Equal("Holds", answers.Of("folder.secret"));
    }

    [Fact]
    public async Task Data_is_passed_over_and_a_folder_that_is_not_there_is_not_seen()
    {
        await WriteAsync("data.bin", "\0password=9f8b7c6d5e4f3a2b");
        Assert.Equal("Holds", (await LookAsync()).Of("folder.secret"));
        Assert.StartsWith("unseen: the folder cannot be read", (await Auditing.LookAsync("{}", Path.Combine(_folder, "gone"))).Of("folder.secret"), StringComparison.Ordinal);
    }

    private Task<Dictionary<string, AuditAnswer>> LookAsync() => Auditing.LookAsync("{}", _folder);

    private async Task WriteAsync(string path, string text, UnixFileMode mode = UnixFileMode.UserRead | UnixFileMode.UserWrite)
    {
        var full = Path.Combine(_folder, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        await File.WriteAllTextAsync(full, text, TestContext.Current.CancellationToken);
        File.SetUnixFileMode(full, mode);
    }
}
