using Godwit.Http.Problems;
using Godwit.Identity.Reference;
using Godwit.Identity.Requests;

namespace Godwit.Identity.SecondFactors;

/// <summary>One's own second factor. All of these but the last three are open to who has none yet where one is required.</summary>
internal static class FactorRoutes
{
    public static void Map(RouteMap routes)
    {
        routes.Private("GET", "/v1/auth/2fa", sensitive: false, async (context, caller) => await RouteMap.AnswerAsync(context, await routes.Get<OwnSecondFactor>().StatusAsync(caller, context.RequestAborted), IdentityJson.Default.FactorStatus), enrols: true)
            .Says("Tells whether there is a second factor", IdentityJson.Default.FactorStatus);
        routes.Private("POST", "/v1/auth/2fa/enable", sensitive: true, enrols: true, answer: async (context, caller) =>
        {
            var request = await JsonBody.ReadAsync(context, IdentityJson.Default.FactorRequest, anyType: true);
            await RouteMap.AnswerAsync(context, await routes.Get<OwnSecondFactor>().EnrolAsync(caller, request, Client.Of(context), context.RequestAborted), IdentityJson.Default.Enrolment);
        })
            .Says("Begins to set up a second factor", IdentityJson.Default.Enrolment, IdentityJson.Default.FactorRequest, needs: "method", refuses: [409, 429], example: """{"method":"totp"}""", more: "What an authenticator needs is shown here, once.");
        routes.Private("POST", "/v1/auth/2fa/confirm", sensitive: true, enrols: true, answer: async (context, caller) =>
        {
            var request = await JsonBody.ReadAsync(context, IdentityJson.Default.CodeRequest);
            await RouteMap.AnswerAsync(context, await routes.Get<OwnSecondFactor>().ConfirmAsync(caller, request, Client.Of(context), context.RequestAborted), IdentityJson.Default.BackupCodeSheet);
        })
            .Says("Sets up the second factor", IdentityJson.Default.BackupCodeSheet, IdentityJson.Default.CodeRequest, needs: "challenge", refuses: [401, 429], example: """{"challenge":"of-the-answer-before","code":"123456"}""", more: "The backup codes are shown here, once.");
        routes.Private("POST", "/v1/auth/2fa/challenge", sensitive: true, async (context, caller) =>
        {
            var request = await JsonBody.ReadAsync(context, IdentityJson.Default.FactorChallengeRequest);
            await RouteMap.AnswerAsync(context, await routes.Get<OwnSecondFactor>().ChallengeAsync(caller, request.Purpose, Client.Of(context), context.RequestAborted), IdentityJson.Default.ChallengeDocument);
        })
            .Says("Asks for the second factor once more", IdentityJson.Default.ChallengeDocument, IdentityJson.Default.FactorChallengeRequest, needs: "purpose", refuses: [409, 429], example: """{"purpose":"disable"}""", more: "What is asked for one purpose is good for no other.");
        routes.Private("POST", "/v1/auth/2fa/disable", sensitive: true, async (context, caller) =>
        {
            await routes.Get<OwnSecondFactor>().DisableAsync(caller, await JsonBody.ReadAsync(context, IdentityJson.Default.CodeRequest), Client.Of(context), context.RequestAborted);
            context.Response.StatusCode = 204;
        })
            .Says("Takes the second factor away", takes: IdentityJson.Default.CodeRequest, needs: "challenge", refuses: [401, 429], example: """{"challenge":"of-the-answer-before","code":"123456"}""");
        routes.Private("POST", "/v1/auth/2fa/backup-codes", sensitive: true, async (context, caller) =>
        {
            var request = await JsonBody.ReadAsync(context, IdentityJson.Default.CodeRequest);
            await RouteMap.AnswerAsync(context, await routes.Get<OwnSecondFactor>().RenewBackupCodesAsync(caller, request, Client.Of(context), context.RequestAborted), IdentityJson.Default.BackupCodeSheet);
        })
            .Says("Makes new backup codes", IdentityJson.Default.BackupCodeSheet, IdentityJson.Default.CodeRequest, needs: "challenge", refuses: [401, 429], example: """{"challenge":"of-the-answer-before","code":"123456"}""");
    }
}
