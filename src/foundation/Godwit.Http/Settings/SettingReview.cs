using System.Globalization;
using Godwit.Model.Findings;
using Godwit.Security.Secrets;

namespace Godwit.Http.Settings;

/// <summary>Judges all settings at once. What it says of a value is what is wrong with it, never the value, a part of it or its length.</summary>
public static class SettingReview
{
    private const int LongestValue = 64 * 1024;

    /// <param name="settings">Of the host and all its modules.</param>
    /// <param name="variable">The environment.</param>
    /// <param name="production">Whether the rules of production hold.</param>
    /// <returns>The values, when no finding is an error.</returns>
    public static (SettingValues? Values, IReadOnlyList<Finding> Findings) Look(IReadOnlyList<Setting> settings, Func<string, string?> variable, bool production)
    {
        var findings = new List<Finding>();
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        var secrets = new List<(string, string?, SecretPolicy)>();
        foreach (var setting in settings)
        {
            if (values.ContainsKey(setting.Name) || secrets.Exists(s => s.Item1 == setting.Name)) throw new ArgumentException($"two settings are named {setting.Name}", nameof(settings));
            var (value, fault) = Read(setting.Name, variable);
            if (fault is not null)
            {
                findings.Add(Wrong(setting, fault));
                continue;
            }
            if (setting.Secret is { } policy) secrets.Add((setting.Name, value, policy with { MayBeMissing = policy.MayBeMissing || !setting.Required }));
            else if (value is null && setting.Required) findings.Add(Wrong(setting, "is not there"));
            else if (value is not null && (Judge(setting, value) ?? setting.Refuse(value, production)) is { } why) findings.Add(Wrong(setting, why));
            if ((value ?? setting.Default) is { } used) values[setting.Name] = used;
        }
        foreach (var secret in SecretReview.Look(secrets)) findings.Add(Wrong(settings.First(s => s.Name == secret.Name), secret.Why));
        return (findings.Exists(f => f.Severity == Severity.Error) ? null : new SettingValues(values, production), findings);
    }

    /// <summary>A variable, or the first line of the file that its name with <c>_FILE</c> names; the file wins. An empty value is none.</summary>
    public static (string? Value, string? Fault) Read(string name, Func<string, string?> variable)
    {
        if (variable(name + "_FILE") is not { Length: > 0 } path) return (variable(name) is { Length: > 0 } value ? value : null, null);
        try
        {
            if (new FileInfo(path).Length > LongestValue) return (null, $"is in a file ({name}_FILE) that is larger than {LongestValue} bytes");
            return File.ReadLines(path).FirstOrDefault() is { Length: > 0 } line ? (line, null) : (null, $"is in a file ({name}_FILE) that is empty");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return (null, $"is in a file ({name}_FILE) that is not there or cannot be read");
        }
    }

    private static string? Judge(Setting setting, string value)
    {
        if (value.Length > LongestValue) return "is too long";
        if (setting.Range is { } range)
            return long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var whole) && whole >= range.Least && whole <= range.Most ? null : $"is no whole number from {range.Least} to {range.Most}";
        if (setting.Words.Count > 0) return setting.Words.Contains(value, StringComparer.Ordinal) ? null : $"is none of {string.Join(", ", setting.Words)}";
        return !setting.MayBePlaceholder && KnownSecrets.IsPlaceholder(value) ? "is a placeholder" : null;
    }

    private static Finding Wrong(Setting setting, string why) =>
        Finding.Error(FindingCodes.ServerSetting, $"{setting.Name} {why}", remedy: $"{setting.Name}: {setting.Description}{(setting.Allowed is { Length: > 0 } allowed ? $" ({allowed})" : "")}");
}
