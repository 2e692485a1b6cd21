namespace Godwit.Identity.Mail;

/// <summary>A mail's words, in plain text.</summary>
internal sealed record MailText(string Subject, string Body);
