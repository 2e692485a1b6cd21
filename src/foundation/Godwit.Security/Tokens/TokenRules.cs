namespace Godwit.Security.Tokens;

/// <summary>What a token has to be. RFC 8725: one algorithm, an explicit type, and one issuer and audience for each kind of token, so that no token of one kind serves as one of another.</summary>
public sealed record TokenRules
{
    /// <summary>The header's <c>typ</c>, such as <c>at+jwt</c>: exactly this text.</summary>
    public required string Type { get; init; }

    public required string Issuer { get; init; }

    /// <summary>What <c>aud</c> has to be, or to have among its values.</summary>
    public required string Audience { get; init; }

    /// <summary>How far the clocks of issuer and verifier may be apart.</summary>
    public TimeSpan Skew { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The longest time from <c>nbf</c> to <c>exp</c> that is taken; a token that is good for ever is a password.</summary>
    public TimeSpan LongestLife { get; init; } = TimeSpan.FromHours(24);

    /// <summary>The most characters that a token may have.</summary>
    public int LongestToken { get; init; } = 8192;
}
