namespace Godwit.Security.Secrets;

/// <summary>What is wrong with a secret.</summary>
public enum SecretRule
{
    Missing,
    TooShort,

    /// <summary>What a template has where somebody forgot to put a value.</summary>
    Placeholder,

    /// <summary>A value out of a tutorial, a framework's template or a list of words: everybody knows it.</summary>
    Sample,

    /// <summary>One piece again and again, or letters and digits in a row.</summary>
    Repeats,

    /// <summary>Too few different values would look like it.</summary>
    LowEntropy,

    /// <summary>Another setting has the same: who gets one has the other.</summary>
    Reused,
}

/// <param name="Name">The setting.</param>
/// <param name="Why">After the name, a sentence: <c>is shorter than 32 characters</c>. It holds nothing of the value, not its length either.</param>
/// <param name="Other">The setting that has the same value.</param>
public sealed record SecretFault(string Name, SecretRule Rule, string Why, string? Other = null);
