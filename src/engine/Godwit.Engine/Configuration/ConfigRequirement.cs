using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Godwit.Documents.Shapes;
using Godwit.Security.Secrets;

namespace Godwit.Engine.Configuration;

/// <summary>What a variable of the application has to be.</summary>
public sealed record ConfigRequirement(string Name, bool Required, string? Pattern, int MinLength, int MaxLength, bool MayBePlaceholder, string? DiffersFrom, SecretPolicy? Secret)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);

    public static Shape.Map Shape { get; } = new(
        new Field("required", new Shape.Flag(), "Whether it has to be there; one that is there has to fit either way") { Default = "true" },
        new Field("pattern", new Shape.Text { MaxLength = 1000 }, "A regular expression that the whole value matches"),
        new Field("min_length", new Shape.Whole(0, 1_000_000), "The least number of characters") { Default = "1" },
        new Field("max_length", new Shape.Whole(0, 1_000_000), "The largest number of characters") { Default = "1000000" },
        new Field("placeholder", new Shape.Flag(), "Whether a value such as \"changeme\" is taken: it is what a template has where somebody forgot to put a value") { Default = "false" },
        new Field("differs_from", new Shape.Text { MaxLength = 128 }, "Another variable whose value it must not have: two secrets that are one"),
        new Field("secret", new Shape.Choice("password", "key"), "What it guards: a password of at least 16 characters, or a key of at least 32 (a pepper, a token's key). It must be hard to guess, no sample out of a tutorial, and the value of no other secret here"))
    {
        Name = "required variable",
        Description = "What a variable of the application has to be",
    };

    public static ConfigRequirement Read(string name, JsonObject settings) => new(
        name, settings.Flag("required"), settings.TextOrNull("pattern"), (int)settings.Whole("min_length"), (int)settings.Whole("max_length"), settings.Flag("placeholder"), settings.TextOrNull("differs_from"),
        settings.TextOrNull("secret") switch { "key" => SecretPolicy.Key with { MayBeMissing = true }, "password" => SecretPolicy.Password with { MayBeMissing = true }, _ => null });

    /// <summary>Why the pattern is none; null when it is one.</summary>
    public string? PatternFault()
    {
        try
        {
            if (Pattern is not null) _ = new Regex(Pattern, RegexOptions.CultureInvariant, s_patience);
            return null;
        }
        catch (ArgumentException e)
        {
            return e.Message;
        }
    }

    /// <summary>What is wrong, without any of the value; null when it is as required.</summary>
    public string? Refuse(string? value, string? other)
    {
        if (value is null) return Required ? "is not there" : null;
        if (value.Length < MinLength) return string.Create(CultureInfo.InvariantCulture, $"is shorter than {MinLength} characters");
        if (value.Length > MaxLength) return string.Create(CultureInfo.InvariantCulture, $"is longer than {MaxLength} characters");
        if (!MayBePlaceholder && KnownSecrets.IsFiller(value)) return "is a placeholder";
        if (DiffersFrom is not null && value == other) return $"has the value of {DiffersFrom}";
        try
        {
            return Pattern is null || Regex.IsMatch(value, $@"\A(?:{Pattern})\z", RegexOptions.CultureInvariant, s_patience) ? null : "does not match its pattern";
        }
        catch (RegexMatchTimeoutException)
        {
            return "cannot be compared with its pattern within a second";
        }
    }
}
