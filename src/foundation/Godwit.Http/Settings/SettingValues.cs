using System.Globalization;

namespace Godwit.Http.Settings;

/// <summary>Settings that were judged and fit, with defaults for those that are not set. <c>ToString</c> shows none of them.</summary>
/// <param name="values">By name.</param>
/// <param name="production">Whether the rules of production hold; true unless development was said.</param>
public sealed class SettingValues(IReadOnlyDictionary<string, string> values, bool production)
{
    public bool Production => production;

    /// <exception cref="ArgumentException">It is not set and has no default, or nobody declared it.</exception>
    public string Text(string name) => values.GetValueOrDefault(name) ?? throw new ArgumentException($"there is no value of {name}", nameof(name));

    public string? TextOrNull(string name) => values.GetValueOrDefault(name);

    public long Whole(string name) => long.Parse(Text(name), CultureInfo.InvariantCulture);

    /// <summary>A setting that is a whole number of seconds.</summary>
    public TimeSpan Seconds(string name) => TimeSpan.FromSeconds(Whole(name));

    /// <summary>What stands between commas.</summary>
    public IReadOnlyList<string> List(string name) => TextOrNull(name)?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [];
}
