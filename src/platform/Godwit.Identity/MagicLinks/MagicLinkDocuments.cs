namespace Godwit.Identity.MagicLinks;

/// <param name="Email">Whose account.</param>
internal sealed record MagicLinkRequest(string? Email);

/// <summary>The same for every address.</summary>
/// <param name="Status">Always <c>link_sent</c>.</param>
/// <param name="Request">Kept where it was asked, and sent with the link: without it the link opens nothing.</param>
/// <param name="ExpiresIn">Seconds that the link is good for.</param>
internal sealed record MagicLinkAnswer(string Status, string Message, string Request, int ExpiresIn);

/// <param name="Token">Out of the mail.</param>
/// <param name="Request">Out of the answer to the request.</param>
internal sealed record MagicLinkConfirmation(string? Token, string? Request);
