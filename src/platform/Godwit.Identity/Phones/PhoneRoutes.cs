using Godwit.Http.Problems;
using Godwit.Identity.Reference;
using Godwit.Identity.Requests;

namespace Godwit.Identity.Phones;

/// <summary>A telephone number for an account.</summary>
internal static class PhoneRoutes
{
    public static void Map(RouteMap routes)
    {
        routes.Private("POST", "/v1/auth/phone/change", sensitive: true, async (context, caller) =>
        {
            var (sent, asked) = await routes.Get<PhoneChanger>().RequestAsync(caller, await JsonBody.ReadAsync(context, IdentityJson.Default.PhoneChangeRequest), Client.Of(context), context.RequestAborted);
            if (sent is not null) await RouteMap.AnswerAsync(context, sent, IdentityJson.Default.PhoneChallenge, 202);
            else await RouteMap.AnswerAsync(context, asked!, IdentityJson.Default.ChallengeDocument);
        })
            .Says("Asks for another telephone number", IdentityJson.Default.PhoneChallenge, IdentityJson.Default.PhoneChangeRequest, 202, needs: "phone password", refuses: [401, 409, 429], example: """{"phone":"+4930123456","password":"a sentence of mine"}""",
                more: "Where there is a second factor the answer is 200 with a challenge first.");
        routes.Private("POST", "/v1/auth/phone/confirm", sensitive: true, async (context, caller) =>
        {
            await routes.Get<PhoneChanger>().ConfirmAsync(caller, await JsonBody.ReadAsync(context, IdentityJson.Default.CodeRequest), Client.Of(context), context.RequestAborted);
            context.Response.StatusCode = 204;
        })
            .Says("Confirms the number by the code that was sent to it", takes: IdentityJson.Default.CodeRequest, needs: "challenge code", refuses: [401, 429], example: """{"challenge":"of-the-answer-before","code":"123456"}""");
    }
}
