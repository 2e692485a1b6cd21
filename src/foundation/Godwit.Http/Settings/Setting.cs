using System.Globalization;
using Godwit.Security.Secrets;

namespace Godwit.Http.Settings;

/// <summary>
/// One variable that a host or a module reads, with all that is asked of it. It comes from the environment, or from the file that <c>NAME_FILE</c> names. Judged by <see cref="SettingReview"/>.
/// </summary>
/// <param name="Name">The variable: capitals, digits, underscores.</param>
/// <param name="Description">One sentence for an operator, with the unit.</param>
public sealed record Setting(string Name, string Description)
{
    /// <summary>What holds where it is not set; null leaves it unset.</summary>
    public string? Default { get; init; }

    public bool Required { get; init; }

    /// <summary>A secret, of this strength: its value is judged by <see cref="SecretReview"/> together with all others.</summary>
    public SecretPolicy? Secret { get; init; }

    /// <summary>The whole numbers that it may be, both included.</summary>
    public (long Least, long Most)? Range { get; init; }

    /// <summary>The words that it may be.</summary>
    public IReadOnlyList<string> Words { get; init; } = [];

    /// <summary>Takes what looks like a template's placeholder, a lone asterisk for instance.</summary>
    public bool MayBePlaceholder { get; init; }

    /// <summary>Why a value is refused, as the rest of a sentence that begins with the name (<c>is no URL</c>), or null. It may say nothing of the value. The second argument says whether the host is in production.</summary>
    public Func<string, bool, string?> Refuse { get; init; } = static (_, _) => null;

    public static Setting Whole(string name, long whole, long least, long most, string description) =>
        new(name, description) { Default = whole.ToString(CultureInfo.InvariantCulture), Range = (least, most) };

    public static Setting OneOf(string name, string description, params IReadOnlyList<string> words) => new(name, description) { Default = words[0], Words = words };

    /// <summary>A key or pepper that has to be there, of at least 32 characters that nobody guesses.</summary>
    public static Setting Key(string name, string description) => new(name, description) { Required = true, Secret = SecretPolicy.Key };

    /// <summary>What it may be, for a person.</summary>
    public string Allowed => Range is { } range ? $"{range.Least}-{range.Most}" : Words.Count > 0 ? string.Join(", ", Words) : Secret is { } secret ? $"a secret of at least {secret.Characters} characters" : "";
}
