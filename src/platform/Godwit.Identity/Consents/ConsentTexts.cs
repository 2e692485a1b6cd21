using System.Text.RegularExpressions;
using Godwit.Http.Modules;
using Godwit.Http.Settings;
using Godwit.Identity.Database;
using Godwit.Identity.Settings;

namespace Godwit.Identity.Consents;

/// <summary>The words that people agree to, out of files named <c>terms-1.0.txt</c>. A version's words are never changed: a file that says something else than what was agreed to under its version keeps the service from starting.</summary>
internal sealed partial class ConsentTexts(IdentityDatabase database, SettingValues settings)
{
    private const int LargestText = 1024 * 1024;

    private static readonly string[] s_needed = ["terms", "privacy"];

    /// <exception cref="ModuleRefusedException">A text that is needed is missing, or was changed.</exception>
    public async Task PrepareAsync(CancellationToken cancellation)
    {
        var texts = settings.TextOrNull(IdentitySettings.ConsentFolder.Name) is { } folder ? await ReadAsync(folder, cancellation)
            : settings.Production ? []
            : s_needed.Append("marketing").Append("analytics").Select(t => (Type: t, Version: "0.1", Content: $"For development: the words of {t} stand here.\n")).ToList();
        foreach (var (type, version, content) in texts)
        {
            var kept = await database.WithAsync(
                connection => Statement.FirstAsync(
                    connection,
                    """
                    WITH added AS (
                        INSERT INTO identity.consent_texts (text_hash, consent_type, version, content) VALUES (sha256(convert_to($3, 'UTF8')), $1, $2, $3) ON CONFLICT DO NOTHING RETURNING content)
                    SELECT content FROM added UNION ALL SELECT content FROM identity.consent_texts WHERE consent_type = $1 AND version = $2 LIMIT 1
                    """,
                    r => r.GetString(0), cancellation, Statement.P(type), Statement.P(version), Statement.P(content)),
                cancellation);
            if (kept != content) throw new ModuleRefusedException($"{type} {version} has other words in {IdentitySettings.ConsentFolder.Name} than people agreed to under that version: give the new words a version of their own");
        }
        var there = await database.WithAsync(connection => Statement.AllAsync(connection, "SELECT DISTINCT consent_type FROM identity.consent_texts", r => r.GetString(0), cancellation), cancellation);
        List<string> missing = [.. s_needed.Except(there)];
        if (missing.Count > 0) throw new ModuleRefusedException($"there are no words for {string.Join(" and ", missing)}, which everybody has to agree to: {IdentitySettings.ConsentFolder.Name} names a folder with files like {missing[0]}-1.0.txt");
    }

    /// <summary>The words that hold now, by what they are about.</summary>
    public Task<List<ConsentWords>> NewestAsync(CancellationToken cancellation) => database.WithAsync(
        connection => Statement.AllAsync(
            connection, "SELECT DISTINCT ON (consent_type) consent_type, version, content FROM identity.consent_texts ORDER BY consent_type, created_at DESC",
            r => new ConsentWords(r.GetString(0), r.GetString(1), r.GetString(2)), cancellation),
        cancellation);

    private static async Task<List<(string Type, string Version, string Content)>> ReadAsync(string folder, CancellationToken cancellation)
    {
        List<(string Type, string Version, string Content)> texts = [];
        try
        {
            foreach (var path in Directory.EnumerateFiles(folder, "*.txt"))
            {
                if (Name().Match(Path.GetFileName(path)) is not { Success: true } name) throw new ModuleRefusedException($"{Path.GetFileName(path)} in {IdentitySettings.ConsentFolder.Name} is not named like terms-1.0.txt (terms, privacy, marketing or analytics)");
                if (new FileInfo(path).Length is 0 or > LargestText) throw new ModuleRefusedException($"{Path.GetFileName(path)} in {IdentitySettings.ConsentFolder.Name} is empty, or larger than {LargestText} bytes");
                texts.Add((name.Groups["type"].Value, name.Groups["version"].Value, await File.ReadAllTextAsync(path, cancellation)));
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ModuleRefusedException($"{IdentitySettings.ConsentFolder.Name} names a folder that cannot be read");
        }
        // The newest is what was added last: of those that come together, the highest version.
        return [.. texts.OrderBy(t => t.Type, StringComparer.Ordinal).ThenBy(t => t.Version, ConsentVersion.Order)];
    }

    [GeneratedRegex(@"^(?<type>terms|privacy|marketing|analytics)-(?<version>[0-9A-Za-z.]{1,20})\.txt$", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Name();
}
