using System.Text.Json.Serialization;

namespace Godwit.Identity.Mail;

/// <summary>What a waiting mail holds, encrypted.</summary>
/// <param name="To">The recipient.</param>
/// <param name="Link">The token of the link that it brings.</param>
/// <param name="Detail">A further word, of a device for instance.</param>
/// <param name="User">The account that it is about, where that is not found by the recipient.</param>
internal sealed record MailPayload(string To, string? Link = null, string? Detail = null, Guid? User = null);

[JsonSerializable(typeof(MailPayload))]
internal sealed partial class MailJson : JsonSerializerContext;
